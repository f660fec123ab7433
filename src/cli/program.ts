/**
 * The command line: which commands there are and what they take. What they do is in `commands/`, read when it is asked for:
 * a command should not wait for the parts of the others.
 */

import { Command, CommanderError, Option } from 'commander'
import { BridgeError, messageOf } from '../lib/errors.ts'
import { driftClasses, driftSeverities } from '../reconcile/drift/drift.ts'
import { seeds } from '../simulator/seed/seed-name.ts'
import type { AcceptOptions } from './commands/accept.ts'
import type { AdoptOptions } from './commands/adopt.ts'
import type { AsOfOptions } from './commands/as-of.ts'
import type { ChoiceOptions } from './commands/choose.ts'
import type { PauseOptions } from './commands/controls.ts'
import type { DecisionOptions } from './commands/decide.ts'
import type { DiffOptions } from './commands/diff.ts'
import type { DoctorOptions } from './commands/doctor.ts'
import type { DriftOptions } from './commands/drift.ts'
import type { ExplainOptions } from './commands/explain.ts'
import type { AccessExportOptions } from './commands/export.ts'
import type { FindingsOptions } from './commands/findings.ts'
import type { AccessImportOptions } from './commands/import.ts'
import type { InitOptions } from './commands/init.ts'
import type { ExportOptions, JournalOptions, PseudonymiseOptions, VerifyOptions } from './commands/journal.ts'
import type { LintOptions } from './commands/lint.ts'
import type { MatrixOptions } from './commands/matrix.ts'
import type { ImportOptions, WordOptions } from './commands/ownership.ts'
import type { PlanOptions } from './commands/plan.ts'
import type { RollbackOptions } from './commands/rollback.ts'
import type { RunOptions, RunsOptions } from './commands/runs.ts'
import type { SimulatorCommandOptions } from './commands/simulator.ts'
import type { WhoCanOptions } from './commands/who-can.ts'
import type { ConnectionOptions } from './connection.ts'
import type { CliDeps } from './deps.ts'
import { anchor, assignment, nonEmpty, repeated, wholeNumber } from './option-values.ts'

/** Adds one more command. It reports its exit code by `run`, as the built-in ones do. */
export type ExtraCommand = (program: Command, context: CommandContext) => void

export interface CommandContext {
  readonly deps: CliDeps
  /** Carries out a command; what it resolves to becomes the exit code. */
  readonly run: (command: () => Promise<number>) => Promise<void>
}

/** Runs one command line (without `node` and the script) and resolves to its exit code. Never rejects. */
export async function runProgram(
  args: readonly string[],
  deps: CliDeps,
  extra: readonly ExtraCommand[] = [],
): Promise<number> {
  let code = 0
  const context: CommandContext = {
    deps,
    run: async command => {
      code = await command()
    },
  }
  try {
    await buildProgram(context, extra).parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    // commander has said what is wrong already; help and version end the same way, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1
    deps.err(`${messageOf(error)}\n`)
    if (!(error instanceof BridgeError) && error instanceof Error) deps.err(`${error.stack ?? ''}\n`)
    return 1
  }
}

export function buildProgram(context: CommandContext, extra: readonly ExtraCommand[] = []): Command {
  const { deps, run } = context
  const program = new Command('scim-bridge')
    .description(
      'SCIM 2.0 server that turns Okta and Entra users and groups into Dynatrace access, and keeps it that way',
    )
    .exitOverride()
    .configureOutput({ writeOut: deps.out, writeErr: deps.err })
    .showHelpAfterError('(--help tells more)')

  for (const add of extra) add(program, context)
  addSimulator(program, context)
  addDoctor(program, context)
  addInit(program, context)
  addImport(program, context)
  addExport(program, context)
  addLint(program, context)
  remote(program.command('plan'), 'show what a pass would change, and change nothing')
    .option('--config <file>', 'what if this access model were in force, and for whom')
    .option('--names', 'with --config: tell who gains and loses by name')
    .action((options: PlanOptions) =>
      run(async () => (await import('./commands/plan.ts')).plan(options, deps)),
    )
  remote(program.command('apply'), 'show a plan, carry it out and show what became of it').action(
    (options: ConnectionOptions) =>
      run(async () => (await import('./commands/apply.ts')).apply(options, deps)),
  )
  addDrift(program, context)
  remote(program.command('findings'), 'show what a person should know that is not drift')
    .addOption(
      new Option('--severity <severity>', 'only this one and what is worse').choices([
        'info',
        'warning',
        'error',
      ]),
    )
    .option('--kind <kind>', 'only findings of this kind')
    .action((options: FindingsOptions) =>
      run(async () => (await import('./commands/findings.ts')).findings(options, deps)),
    )
  remote(program.command('runs'), 'show the newest runs')
    .option('--limit <number>', 'how many', wholeNumber(1, 500), 20)
    .action((options: RunsOptions) =>
      run(async () => (await import('./commands/runs.ts')).runs(options, deps)),
    )
  remote(program.command('run'), 'show one run: plan, verdicts and what became of each step')
    .argument('<run>', 'its id')
    .option('--follow', 'tell each step as it is done, until the run has ended')
    .action((id: string, options: RunOptions) =>
      run(async () => (await import('./commands/runs.ts')).showRun(id, options, deps)),
    )
  remote(program.command('approvals'), 'show what waits for a person, and since when').action(
    (options: ConnectionOptions) =>
      run(async () => (await import('./commands/approvals.ts')).approvals(options, deps)),
  )
  word(program.command('pause'), 'change nothing in the account until somebody resumes')
    .option('--until <instant>', 'when it ends by itself, e.g. 2027-01-04T06:00:00Z')
    .action((options: PauseOptions) =>
      run(async () => (await import('./commands/controls.ts')).pause(options, deps)),
    )
  word(program.command('rollback'), 'pause, and undo what was carried out after a run')
    .argument('<run>', 'the run to whose state to go back; runs lists them')
    .option('--plan', 'only show what would be undone')
    .action((id: string, options: RollbackOptions) =>
      run(async () => (await import('./commands/rollback.ts')).rollback(id, options, deps)),
    )
  word(program.command('resume'), 'go on after a pause').action((options: PauseOptions) =>
    run(async () => (await import('./commands/controls.ts')).resume(options, deps)),
  )
  decision(program.command('approve'), 'let the held steps of a run happen').action(
    (runId: string, options: DecisionOptions) =>
      run(async () => (await import('./commands/decide.ts')).approve(runId, options, deps)),
  )
  decision(program.command('reject'), 'say no to the held steps of a run').action(
    (runId: string, options: DecisionOptions) =>
      run(async () => (await import('./commands/decide.ts')).reject(runId, options, deps)),
  )
  remote(program.command('explain'), 'show what a person may do, or why they can or cannot do one thing')
    .argument('<userName>', 'as the identity provider sends it')
    .option('--environment <name>', 'name or id, or "account"; by default everywhere', nonEmpty)
    .option('--can <permission>', 'the permission in question, e.g. storage:logs:read', nonEmpty)
    .option('--where <name=value>', 'with --can: what it is used on; may be repeated', repeated)
    .action((userName: string, options: ExplainOptions) =>
      run(async () => (await import('./commands/explain.ts')).explain(userName, options, deps)),
    )
  addQuestions(program, context)
  addJournal(program, context)
  addOwnership(program, context)
  addAdopt(program, context)
  return program
}

function addSimulator(program: Command, { deps, run }: CommandContext): void {
  const size = wholeNumber(0, Number.MAX_SAFE_INTEGER)
  program
    .command('simulator')
    .description('run a simulated Dynatrace account, to try the bridge on and to test against')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8090)
    .addOption(new Option('--seed <account>', 'what is in it; by default the sample').choices(seeds))
    .option('--users <number>', 'people of a large account; by default 10000', size)
    .option('--groups <number>', 'its groups; by default 5000', size)
    .option('--bindings <number>', 'its bindings; by default 30000', size)
    .option('--state <file>', 'load the account from there, save it at the end')
    .option('--switch <name=value>', 'answer an open question; may be repeated', assignment)
    .option('--json', 'print for programs')
    .addHelpText('after', simulatorHelp)
    .action((options: SimulatorCommandOptions) =>
      run(async () => (await import('./commands/simulator.ts')).simulator(options, deps)),
    )
}

const simulatorHelp = `
Examples:
  $ scim-bridge simulator                                the account of the demo
  $ scim-bridge simulator --state account.json           one that stays
  $ scim-bridge simulator --users 500 --groups 50 --bindings 300
  $ scim-bridge simulator --switch emailCase=exact --switch groupReadLag=500
  $ curl http://127.0.0.1:8090/_simulator                secret and every path
  $ curl http://127.0.0.1:8090/_simulator/switches       open questions, answers
  $ curl http://127.0.0.1:8090/_simulator/faults/script --json '{"rate": 0.2}'
                                                         one call in five fails

Point a bridge at it with DT_ACCOUNT_UUID, DT_CLIENT_ID and DT_CLIENT_SECRET as
/_simulator tells them, DT_API_URL=http://127.0.0.1:8090, DT_SSO_URL the same,
and DT_ENVIRONMENT_URL=http://127.0.0.1:8090/e/{id}.

With a state file that is there, --seed and the sizes do not count.
`

function addDoctor(program: Command, { deps, run }: CommandContext): void {
  program
    .command('doctor')
    .description('look at settings, rules, database and Dynatrace account, and say what is wrong')
    .option(
      '--simulator-port <number>',
      'where a simulator is looked for when no account is set up',
      wholeNumber(1, 65_535),
      8090,
    )
    .option('--json', 'print for programs')
    .action((options: DoctorOptions) =>
      run(async () => (await import('./commands/doctor.ts')).doctor(options, deps)),
    )
}

function addInit(program: Command, { deps, run }: CommandContext): void {
  program
    .command('init')
    .description('write a first bridge.yaml: the commented sample, or what a live account grants today')
    .option('--from-account', 'read the account of the settings, or a simulated one, and write it as it is')
    .option('--out <file>', 'where to', 'bridge.yaml')
    .option('--force', 'write over a file that is there')
    .option(
      '--match <name>',
      'what IdP groups are called, with {name} for the Dynatrace group; may be repeated',
      repeated,
    )
    .option(
      '--simulator-port <number>',
      'where a simulator is looked for when no account is set up',
      wholeNumber(1, 65_535),
      8090,
    )
    .option('--json', 'print for programs')
    .action((options: InitOptions) =>
      run(async () => (await import('./commands/init.ts')).init(options, deps)),
    )
}

function addImport(program: Command, { deps, run }: CommandContext): void {
  const commands = () => import('./commands/import.ts')
  const imports = program
    .command('import')
    .description('write a bridge.yaml from the files of Monaco or the state of Terraform')
  const importing = (command: Command) =>
    command
      .option('--out <file>', 'where to', 'bridge.yaml')
      .option('--members <file>', 'where groups and their members go, as CSV; by default beside --out')
      .option('--force', 'write over files that are there')
      .option(
        '--match <name>',
        'what IdP groups are called, with {name} for the Dynatrace group; may be repeated',
        repeated,
      )
      .option('--with-account', 'look up in the account the names of what the files only mention by id')
      .option(
        '--simulator-port <number>',
        'where a simulator is looked for when no account is set up',
        wholeNumber(1, 65_535),
        8090,
      )
      .option('--json', 'print for programs')
  importing(
    imports
      .command('monaco')
      .description('account resources: groups, policies, boundaries, users')
      .argument('<paths...>', 'YAML files, or folders of them'),
  ).action((paths: readonly string[], options: AccessImportOptions) =>
    run(async () => (await commands()).importMonaco(paths, options, deps)),
  )
  importing(
    imports
      .command('terraform')
      .description('dynatrace_iam_… resources of a state')
      .argument('<state>', 'terraform.tfstate, or what "terraform show -json" prints'),
  ).action((path: string, options: AccessImportOptions) =>
    run(async () => (await commands()).importTerraform(path, options, deps)),
  )
}

function addExport(program: Command, { deps, run }: CommandContext): void {
  const exports = program
    .command('export')
    .description('write what the rules want of the account as files of Monaco or Terraform')
  for (const tool of ['monaco', 'terraform'] as const) {
    remote(
      exports.command(tool),
      tool === 'monaco' ? 'as a Monaco project with a manifest' : 'as .tf.json with import blocks',
    )
      .option('--out <folder>', `where to; by default ${tool}`)
      .option('--force', 'write over files that are there')
      .action((options: AccessExportOptions) =>
        run(async () => (await import('./commands/export.ts')).exportAccess(tool, options, deps)),
      )
  }
}

function addLint(program: Command, { deps, run }: CommandContext): void {
  program
    .command('lint')
    .description('check an access model without a bridge or an account: mistakes, lints, expectations')
    .argument('[file]', 'by default BRIDGE_CONFIG, or bridge.yaml of this folder, or the sample')
    .option('--strict', 'end with 1 for warnings too')
    .option('--explain [id]', 'tell what a lint means; without an id, which there are')
    .option('--schema', 'print the JSON Schema of the file, for editors')
    .option('--json', 'print for programs')
    .action((file: string | undefined, options: LintOptions) =>
      run(async () => (await import('./commands/lint.ts')).lint(file, options, deps)),
    )
}

function addDrift(program: Command, { deps, run }: CommandContext): void {
  const command = remote(
    program.command('drift'),
    'show the differences that the newest full pass left, worst first',
  )
    .addOption(new Option('--class <class>', 'only drift of this class').choices(driftClasses))
    .addOption(
      new Option('--severity <severity>', 'only this one and what is worse').choices(driftSeverities),
    )
    .option('--benign', 'show also what the account says in other words')
    .action((options: DriftOptions) =>
      run(async () => (await import('./commands/drift.ts')).drift(options, deps)),
    )
  const choice = (name: 'repair' | 'ignore' | 'leave' | 'accept', description: string) =>
    command
      .command(name)
      .description(description)
      .argument('<step>', 'id of the step that would end the difference; drift tells it')
      .requiredOption('--by <name>', 'who chooses', nonEmpty)
      .requiredOption('--reason <text>', 'why, for the journal', nonEmpty)
  choice('repair', 'have one difference repaired, also one that was ignored').action(chosen('repair'))
  choice('ignore', 'take one difference out of all plans for a time')
    .requiredOption('--until <instant>', 'a year ahead at most, e.g. 2027-01-31 or 2027-01-31T12:00:00Z')
    .action(chosen('ignore'))
  choice('accept', 'take one difference into bridge.yaml: shows the change to review')
    .option(
      '--write <file>',
      'write it into this copy of the file, when it is the same as that of the bridge',
    )
    .action((step: string, _: object, self: Command) =>
      run(async () =>
        (await import('./commands/accept.ts')).accept(step, self.optsWithGlobals<AcceptOptions>(), deps),
      ),
    )
  choice('leave', 'leave one difference until it is another one').action(chosen('leave'))

  function chosen(name: 'repair' | 'ignore' | 'leave') {
    return (step: string, _: object, self: Command) =>
      run(async () =>
        (await import('./commands/choose.ts')).choose(
          name,
          step,
          // The connection's options belong to `drift` and may stand on either side.
          self.optsWithGlobals<ChoiceOptions>(),
          deps,
        ),
      )
  }
}

function addQuestions(program: Command, { deps, run }: CommandContext): void {
  remote(program.command('who-can'), 'show who may use a permission, where, and through what')
    .argument('<permission>', 'service:resource:action, for example storage:logs:read')
    .option('--environment <name>', 'only there: name or id, or account', nonEmpty)
    .option('--where <condition=value>', 'what it is used on; may be repeated', repeated)
    .option('--limit <number>', 'how many people are shown', wholeNumber(1, 200), 100)
    .option('--after <userName>', 'only people after this one')
    .action((permission: string, options: WhoCanOptions) =>
      run(async () => (await import('./commands/who-can.ts')).whoCan(permission, options, deps)),
    )
  remote(program.command('diff'), 'show what one person, group or environment allows and another does not')
    .argument('<one>', 'user:<userName>, group:<Dynatrace group>, idp-group:<name>, environment:<name>')
    .argument('<other>', 'the same for what it is compared with')
    .option('--environment <name>', 'only there: name or id, or account', nonEmpty)
    .option('--limit <number>', 'how many groups of environments are shown', wholeNumber(1, 200), 50)
    .option('--after <group>', 'only groups of environments after this one')
    .action((one: string, other: string, options: DiffOptions) =>
      run(async () => (await import('./commands/diff.ts')).diff(one, other, options, deps)),
    )
  remote(program.command('matrix'), 'show what each group has in the account and in each environment')
    .addOption(new Option('--csv', 'print as CSV, for spreadsheets').conflicts('json'))
    .action((options: MatrixOptions) =>
      run(async () => (await import('./commands/matrix.ts')).matrix(options, deps)),
    )
}

function addJournal(program: Command, { deps, run }: CommandContext): void {
  remote(program.command('as-of'), 'show who had what at an instant of the past, or what changed between two')
    .argument('[instant]', 'e.g. 2026-11-01 or 2026-11-01T12:00Z; UTC unless it says otherwise')
    .option(
      '--from <instant>',
      'instead: who gained and who lost what from then on, by which run and why',
      nonEmpty,
    )
    .option('--to <instant>', 'with --from: until then; by default now', nonEmpty)
    .option('--person <name>', 'only this person: user name or address', nonEmpty)
    .option('--group <name>', 'only this Dynatrace group: name or id', nonEmpty)
    .option('--environment <name>', 'only what counts there: name or id, or account', nonEmpty)
    .addOption(new Option('--csv', 'print as CSV, for spreadsheets').conflicts('json'))
    .action((instant: string | undefined, options: AsOfOptions) =>
      run(async () => (await import('./commands/as-of.ts')).asOf(instant, options, deps)),
    )
  const command = remote(program.command('journal'), 'show what happened, newest first')
    .option('--limit <number>', 'how many entries', wholeNumber(1, 1000), 50)
    .option('--before <seq>', 'only entries older than this one', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--run <id>', 'only entries of this run')
    .option('--request <id>', 'only entries of this request')
    .option('--kind <kind>', 'only entries of this kind')
    .option('--from <instant>', 'only entries from then on, e.g. 2026-11-01 or 2026-11-01T12:00Z')
    .option('--to <instant>', 'only entries before')
    .option('--person <name>', 'only entries that name this person', nonEmpty)
    .action((options: JournalOptions) =>
      run(async () => (await import('./commands/journal.ts')).journal(options, deps)),
    )
  // The connection's options belong to `journal` and may stand on either side of these, as may its filters.
  const commands = () => import('./commands/journal.ts')
  command
    .command('verify')
    .description('check that no entry was changed or removed')
    .option('--anchor <seq:hash>', 'an entry written down elsewhere; may be repeated', anchor)
    .option('--file <file>', 'check an export instead, without a bridge')
    .action((_options: object, self: Command) =>
      run(async () => (await commands()).verifyJournal(self.optsWithGlobals<VerifyOptions>(), deps)),
    )
  command
    .command('export')
    .description('write it as JSON Lines, oldest first, in a form that proves itself')
    .option('--out <file>', 'by default standard output', nonEmpty)
    .action((_options: object, self: Command) =>
      run(async () => (await commands()).exportJournal(self.optsWithGlobals<ExportOptions>(), deps)),
    )
  command
    .command('pseudonymise')
    .description('delete the names of a person from the record; it cannot be undone')
    .argument('<person>', 'user name or address')
    .requiredOption('--by <name>', 'who asks for it', nonEmpty)
    .requiredOption('--reason <text>', 'why, for the journal', nonEmpty)
    .action((person: string, _options: object, self: Command) =>
      run(async () =>
        (await commands()).pseudonymise(person, self.optsWithGlobals<PseudonymiseOptions>(), deps),
      ),
    )
}

function addOwnership(program: Command, { deps, run }: CommandContext): void {
  const ownership = program
    .command('ownership')
    .description('what of the account is whose: look, export, import, take over')
  const commands = () => import('./commands/ownership.ts')
  const word = (command: Command) =>
    command
      .requiredOption('--by <name>', 'who decides', nonEmpty)
      .requiredOption('--reason <text>', 'why, for the journal', nonEmpty)
  remote(ownership.command('list'), 'show what is ours, and how it became so').action(
    (options: ConnectionOptions) => run(async () => (await commands()).listOwnership(options, deps)),
  )
  remote(ownership.command('export'), 'write the registry as JSON')
    .option('--out <file>', 'into this file, by default to standard output', nonEmpty)
    .action((options: ConnectionOptions & { out?: string }) =>
      run(async () => (await commands()).exportOwnership(options, deps)),
    )
  word(remote(ownership.command('import'), 'bring an exported registry back, checked against the account'))
    .argument('<file>', 'what export wrote')
    .option('--plan', 'only tell what would come of it')
    .action((file: string, options: ImportOptions) =>
      run(async () => (await commands()).importOwnership(file, options, deps)),
    )
  word(remote(ownership.command('migrate'), 'take over what another installation owned'))
    .requiredOption('--from <id>', 'its instance id', nonEmpty)
    .option('--plan', 'only tell what would come of it')
    .action((options: ImportOptions & { from: string }) =>
      run(async () => (await commands()).migrateOwnership(options, deps)),
    )
  word(
    remote(ownership.command('claim'), 'look after the account from now on; the other bridge observes'),
  ).action((options: WordOptions) => run(async () => (await commands()).claimOwnership(options, deps)))
}

function addAdopt(program: Command, { deps, run }: CommandContext): void {
  const commands = () => import('./commands/adopt.ts')
  const adopt = remote(
    program.command('adopt'),
    'take over groups, policies and boundaries that were there before: nothing is dropped',
  )
    .argument('[names...]', 'without any and without --all: list what can be adopted')
    .option('--all', 'everything that can be adopted')
    .option('--kept', 'list what adopted groups keep beyond the rules')
    .option('--by <name>', 'who decides; without, only what would follow is shown', nonEmpty)
    .option('--reason <text>', 'why, for the journal', nonEmpty)
    .action((names: readonly string[], options: AdoptOptions) =>
      run(async () => (await commands()).adopt(names, options, deps)),
    )
  adopt
    .command('release')
    .description('give a kept element up: the next pass takes it away, through the guards')
    .argument('<element>', 'its id')
    .action((id: string, _options: object, self: Command) =>
      // The options belong to `adopt` and may stand on either side of `release`.
      run(async () => (await commands()).releaseKept(id, self.optsWithGlobals<AdoptOptions>(), deps)),
    )
}

/** A command that talks to a running bridge. */
function remote(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--url <url>', 'the bridge; by default HOST and PORT, or http://127.0.0.1:8080')
    .option(
      '--token <token>',
      'the admin token; others on this machine can see it, prefer the file',
      nonEmpty,
    )
    .option(
      '--token-file <file>',
      'file that holds it; by default BRIDGE_ADMIN_TOKEN, or admin.token in the data folder',
    )
    .option('--timeout <seconds>', 'how long the command may take', wholeNumber(1, 86_400), 120)
    .option('--json', 'print for programs')
}

function decision(command: Command, description: string): Command {
  return remote(command, description)
    .argument('<run>', 'id of the run that holds them')
    .requiredOption('--by <name>', 'who decides', nonEmpty)
    .requiredOption('--reason <text>', 'why, for the journal', nonEmpty)
    .option('--step <id>', 'only this step; may be repeated', repeated)
    .option('--plan-hash <hash>', 'only if the plan is still the one that was read')
}

/** A command that goes into the journal with a name and a reason. */
function word(command: Command, description: string): Command {
  return remote(command, description)
    .requiredOption('--by <name>', 'who says so', nonEmpty)
    .requiredOption('--reason <text>', 'why, for the journal', nonEmpty)
}
