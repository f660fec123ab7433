/** Account resources of Monaco from its files. Pure; files that hold other things are passed over. */
import type { z } from 'zod'
import type { Import, SourceFile } from '../from-account/imported.ts'
import { readYaml } from '../yaml.ts'
import { monacoFacts } from './facts.ts'
import { type MonacoFile, monacoFile, monacoKeys } from './shape.ts'

export function readMonaco(files: readonly SourceFile[]): Import {
  const problems: string[] = []
  const parts = files.flatMap(file => readFile(file, problems) ?? [])
  if (problems.length > 0) return { kind: 'bad', problems }
  if (parts.length === 0) {
    const names = files.map(({ name }) => name).join(', ') || 'the folder'
    const remedy = 'Give the project folder that holds groups.yaml, policies.yaml and the like.'
    return { kind: 'bad', problems: [`There are no account resources of Monaco in ${names}. ${remedy}`] }
  }
  const all: MonacoFile = {
    groups: parts.flatMap(({ groups }) => groups),
    policies: parts.flatMap(({ policies }) => policies),
    boundaries: parts.flatMap(({ boundaries }) => boundaries),
    users: parts.flatMap(({ users }) => users),
    serviceUsers: parts.flatMap(({ serviceUsers }) => serviceUsers),
  }
  return monacoFacts(all)
}

function readFile({ name, text }: SourceFile, problems: string[]): MonacoFile | undefined {
  const yaml = readYaml(text)
  if (yaml.kind === 'broken' || yaml.kind === 'unreadable') {
    const flaw = yaml.kind === 'broken' ? yaml.flaws[0] : yaml
    const place = yaml.kind === 'broken' ? `, line ${yaml.flaws[0]?.line ?? 1}` : ''
    problems.push(`${name}${place}: ${flaw?.message ?? 'not YAML'}: ${flaw?.remedy ?? 'correct it'}.`)
    return undefined
  }
  const { value } = yaml
  if (value === null || typeof value !== 'object' || !monacoKeys.some(key => Object.hasOwn(value, key))) {
    return undefined
  }
  // A file that deletes things names them under the same words.
  if (Object.hasOwn(value, 'delete')) return undefined
  const parsed = monacoFile.safeParse(value)
  if (parsed.success) return parsed.data
  problems.push(...parsed.error.issues.slice(0, 5).map(issue => `${name}: ${issueText(issue)}`))
  return undefined
}

function issueText({ path, message }: z.core.$ZodIssue): string {
  const place = path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return `${place.replace(/^\./, '')}: ${message}. Correct it as Monaco's account configuration has it.`
}
