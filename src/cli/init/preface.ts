/** What stands at the top of a `bridge.yaml` that a command wrote. */
import type { Preface } from '../../access/from-account/write-draft.ts'

export function accountPreface({ title, now, file }: { title: string; now: Date; file: string }): Preface {
  return {
    lines: [
      `bridge.yaml: what the groups of your identity provider may do in Dynatrace. Written by "scim-bridge init --from-account" on ${dayOf(now)}: it says what ${title} grants today, so that the first plan has nothing to do.`,
    ],
    steps: stepsFor(file),
  }
}

export function importPreface(parts: { source: string; tool: string; now: Date; file: string }): Preface {
  const { source, tool, now, file } = parts
  return {
    lines: [
      `bridge.yaml: what the groups of your identity provider may do in Dynatrace. Written by "scim-bridge import" on ${dayOf(now)} from ${source} (${tool}).`,
      `Stop ${tool} from managing the same groups before you switch to sync: two writers undo each other's work.`,
    ],
    steps: stepsFor(file),
  }
}

const stepsFor = (file: string): readonly string[] => [
  `Read it, and check it with: scim-bridge lint ${file}`,
  'Have the identity provider push groups with the names under "match" (or change "match" to the names it uses: dt-{team}-{role} and other patterns make one rule of many).',
  `Start the bridge with BRIDGE_CONFIG=${file}. In mode observe it only reports; "scim-bridge plan" shows what it would do.`,
  'Take over what is there: "scim-bridge adopt" lists what can be adopted, and drops nobody and nothing.',
  'Change mode to upsert, and to sync once its plans say what you expect.',
]

const dayOf = (now: Date): string => now.toISOString().slice(0, 10)
