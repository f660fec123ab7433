/** The resources of a Terraform file, whichever form it has: a state, what `terraform show -json` says, or `.tf.json`. */
import { z } from 'zod'
import { messageOf } from '../../lib/errors.ts'
import { resolveConfiguration } from './resolve.ts'

export interface Resource {
  /** `module.access.dynatrace_iam_group.team`. */
  readonly address: string
  readonly type: string
  /** Whether it is only read by Terraform, not managed. */
  readonly isData: boolean
  readonly attributes: Readonly<Record<string, unknown>>
}

const attributes = z.record(z.string(), z.unknown())
const index = z.union([z.string(), z.number()]).optional()

/** Terraform state format, version 4. */
const stateFile = z.object({
  version: z.literal(4),
  resources: z.array(
    z.object({
      module: z.string().optional(),
      mode: z.enum(['managed', 'data']),
      type: z.string(),
      name: z.string(),
      instances: z.array(z.object({ index_key: index, attributes: attributes.nullish() })),
    }),
  ),
})

interface ShownModule {
  readonly resources?:
    | readonly {
        readonly address: string
        readonly mode: 'managed' | 'data'
        readonly type: string
        readonly values?: Readonly<Record<string, unknown>> | null | undefined
      }[]
    | undefined
  readonly child_modules?: readonly ShownModule[] | undefined
}

const shownModule: z.ZodType<ShownModule> = z.object({
  resources: z
    .array(
      z.object({
        address: z.string(),
        mode: z.enum(['managed', 'data']),
        type: z.string(),
        values: attributes.nullish(),
      }),
    )
    .optional(),
  get child_modules() {
    return z.array(shownModule).optional()
  },
})

/** JSON output format of `terraform show`. */
const shownFile = z.object({
  format_version: z.string(),
  values: z.object({ root_module: shownModule }).optional(),
})

/** JSON configuration syntax, as `scim-bridge export terraform` writes it. */
const configuration = z.object({ resource: z.record(z.string(), z.record(z.string(), attributes)) })

export type Resources =
  | { readonly kind: 'read'; readonly resources: readonly Resource[] }
  /** Goes on after the name of the file. */
  | { readonly kind: 'bad'; readonly problem: string }

export function readResources(text: string): Resources {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return bad(`is not JSON (${messageOf(error)})`)
  }
  const shown = shownFile.safeParse(value)
  if (shown.success) return { kind: 'read', resources: resourcesOf(shown.data.values?.root_module) }
  const state = stateFile.safeParse(value)
  if (state.success) return { kind: 'read', resources: stateResources(state.data) }
  const configured = configuration.safeParse(value)
  if (configured.success) return { kind: 'read', resources: resolveConfiguration(configured.data.resource) }
  const version = z.object({ version: z.number() }).safeParse(value).data?.version
  if (version !== undefined && version !== 4) return bad(`is a Terraform state of version ${version}, not 4`)
  const [issue] = version === 4 ? state.error.issues : []
  return bad(
    issue === undefined
      ? 'is no Terraform state'
      : `is a Terraform state with a mistake at ${issue.path.join('.')}: ${issue.message}`,
  )
}

const bad = (problem: string): Resources => ({
  kind: 'bad',
  problem: `${problem}. Give terraform.tfstate, or what "terraform show -json" or "terraform state pull" prints.`,
})

function stateResources({ resources }: z.output<typeof stateFile>): readonly Resource[] {
  return resources.flatMap(({ module, mode, type, name, instances }) =>
    instances.map(({ index_key: key, attributes: held }) => {
      const suffix = key === undefined ? '' : `[${JSON.stringify(key)}]`
      const parts = [module, mode === 'data' ? 'data' : undefined, type, `${name}${suffix}`]
      const address = parts.filter(part => part !== undefined).join('.')
      return { address, type, isData: mode === 'data', attributes: held ?? {} }
    }),
  )
}

function resourcesOf(module: ShownModule | undefined): readonly Resource[] {
  if (module === undefined) return []
  const own = (module.resources ?? []).map(({ address, mode, type, values }) => {
    return { address, type, isData: mode === 'data', attributes: values ?? {} }
  })
  return [...own, ...(module.child_modules ?? []).flatMap(resourcesOf)]
}
