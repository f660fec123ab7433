/** Carries out a Dockerfile without a container engine: each stage is a folder, and paths of the image lie in it. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { cleanly } from '../support/processes.ts'

export interface Image {
  /** The folder that stands for `/`. */
  readonly root: string
  readonly workdir: string
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly healthcheck: readonly string[]
  readonly volumes: readonly string[]
}

interface Instruction {
  readonly name: string
  readonly text: string
}

/**
 * Builds the last stage. `context` is what is sent to the engine, `owner` (uid:gid) stands for the user `node` of the
 * base image, `path` finds npm. An instruction that is not understood is an error, so that none is passed over.
 */
export async function buildImage(options: {
  readonly dockerfile: string
  readonly context: string
  readonly folder: string
  readonly owner: string
  readonly path: string
}): Promise<Image> {
  const stages = new Map<string, Image>()
  let image: Image | undefined
  for (const instruction of parse(await readFile(options.dockerfile, 'utf8'))) {
    if (instruction.name === 'FROM') {
      const [, name = 'final'] = / AS (\S+)$/i.exec(instruction.text) ?? []
      image = await baseImage(join(options.folder, name))
    } else if (image !== undefined) {
      image = await follow(image, instruction, { ...options, stages })
    }
    if (image !== undefined) stages.set(image.root.slice(options.folder.length + 1), image)
  }
  if (image === undefined) throw new Error('The Dockerfile has no stage')
  return image
}

/** What the Dockerfile sets in the environment. */
export async function variablesOf(dockerfile: string): Promise<Readonly<Record<string, string>>> {
  const instructions = parse(await readFile(dockerfile, 'utf8'))
  const all = instructions.filter(({ name }) => name === 'ENV').map(({ text }) => variables(text))
  return Object.assign({}, ...all)
}

/** A path of the image on this machine. */
export function inImage({ root, workdir }: Image, path: string): string {
  return join(root, isAbsolute(path) ? path : join(workdir, path))
}

/** Instructions with continued lines joined, comments left out. */
function parse(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter(line => !/^\s*(#|$)/.test(line))
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map(line => {
      const [, name, rest] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? []
      if (name === undefined || rest === undefined) throw new Error(`Not an instruction: ${line}`)
      return { name, text: rest }
    })
}

/** The base image brings Node: here it is the one that runs the test. */
async function baseImage(root: string): Promise<Image> {
  await mkdir(join(root, 'usr/local/bin'), { recursive: true })
  await symlink(process.execPath, join(root, 'usr/local/bin/node'))
  const nothing: readonly string[] = []
  const none = { entrypoint: nothing, cmd: nothing, healthcheck: nothing, volumes: nothing }
  return { root, workdir: '/', env: {}, user: 'root', ...none }
}

interface Building {
  readonly context: string
  readonly owner: string
  readonly path: string
  readonly stages: ReadonlyMap<string, Image>
}

async function follow(image: Image, { name, text }: Instruction, building: Building): Promise<Image> {
  switch (name) {
    case 'WORKDIR':
      await mkdir(join(image.root, text), { recursive: true })
      return { ...image, workdir: text }
    case 'ENV':
      return { ...image, env: { ...image.env, ...variables(text) } }
    case 'COPY':
      await copy(image, text, building)
      return image
    case 'RUN':
      await run(image, text, building)
      return image
    case 'USER':
      return { ...image, user: text }
    case 'VOLUME':
      return { ...image, volumes: [...image.volumes, text] }
    case 'EXPOSE':
      return image
    case 'HEALTHCHECK':
      return { ...image, healthcheck: words(text.replace(/^.*?\bCMD\s+/, '')) }
    case 'ENTRYPOINT':
      return { ...image, entrypoint: words(text) }
    case 'CMD':
      return { ...image, cmd: words(text) }
    default:
      throw new Error(`This test does not know the instruction ${name}: teach it what it means`)
  }
}

/** The exec form; the shell form would hide signals from the process. */
function words(text: string): readonly string[] {
  const list: unknown = JSON.parse(text)
  if (Array.isArray(list) && list.every(word => typeof word === 'string')) return list
  throw new Error(`Not in exec form: ${text}`)
}

function variables(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(/\s+/).map(pair => {
      const [name = '', ...value] = pair.split('=')
      return [name, value.join('=')]
    }),
  )
}

async function copy(image: Image, text: string, { context, stages }: Building): Promise<void> {
  const [, stage, rest = text] = /^--from=(\S+)\s+(.+)$/.exec(text) ?? []
  const paths = rest.split(/\s+/)
  const to = inImage(image, paths.at(-1) ?? '')
  const from = stage === undefined ? context : stages.get(stage)?.root
  if (from === undefined) throw new Error(`COPY from the unknown stage ${stage}`)
  for (const path of paths.slice(0, -1)) {
    const target = paths.at(-1)?.endsWith('/') ? join(to, path) : to
    await mkdir(dirname(target), { recursive: true })
    await cp(join(from, path), target, { recursive: true, verbatimSymlinks: true })
  }
}

/** Absolute paths of the command are moved into the stage. */
async function run(image: Image, command: string, { owner, path }: Building): Promise<void> {
  const here = command.replaceAll(/(^|\s)\/(?=\S)/g, `$1${image.root}/`).replaceAll('node:node', owner)
  const environment = {
    ...network(),
    ...image.env,
    PATH: `${join(image.root, 'usr/local/bin')}:${path}`,
    HOME: process.env.HOME ?? '/',
    // What lies in the cache of this machine need not be fetched again.
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  await promisify(execFile)('/usr/bin/env', cleanly(['sh', '-e', '-c', here], environment), {
    cwd: join(image.root, image.workdir),
    maxBuffer: 16 * 1024 * 1024,
  })
}

/** How this machine reaches the registry: a proxy, a mirror, certificates. */
function network(): Readonly<Record<string, string>> {
  const name =
    /^((https?|all|no)_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|npm_config_(userconfig|registry|cache|cafile|(https_|no)?proxy))$/i
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) =>
      name.test(key) && value !== undefined ? [[key, value]] : [],
    ),
  )
}
