#!/usr/bin/env node
/** Reads the command line and runs one command. */
import type { ServeOptions } from './cli/commands/serve.ts'
import { systemDeps } from './cli/deps.ts'
import { wholeNumber } from './cli/option-values.ts'
import { type ExtraCommand, runProgram } from './cli/program.ts'

const addServe: ExtraCommand = (program, { deps, run }) =>
  program
    .command('serve')
    .description('run the bridge')
    .option(
      '--simulator-port <number>',
      'port of the simulated account, when one is needed',
      wholeNumber(0, 65_535),
      8090,
    )
    .option('--json', 'print for programs')
    .action((options: ServeOptions) =>
      run(async () => (await import('./cli/commands/serve.ts')).serve(options, deps)),
    )

const addDemo: ExtraCommand = (program, { deps, run }) =>
  program
    .command('demo')
    .description('play Okta and Entra against a running bridge with a simulated account')
    .option('--url <url>', 'the bridge; by default HOST and PORT, or http://127.0.0.1:8080')
    .option('--simulator <url>', 'the simulated account', 'http://127.0.0.1:8090')
    .action((options: { url?: string; simulator: string }) =>
      run(async () => (await import('./cli/commands/demo.ts')).demo(options, deps)),
    )

process.exitCode = await runProgram(process.argv.slice(2), systemDeps(), [addServe, addDemo])
