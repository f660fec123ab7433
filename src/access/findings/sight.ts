/** Who sees what by the rules. Pure; its cost grows with memberships, not with people times environments. */
import type { Work } from '../../lib/turns.ts'
import type { DesiredBinding, DesiredGroup } from '../desired-group.ts'
import type { Texts } from '../evaluate/texts.ts'
import { Bits, type View } from './view.ts'

export interface PeopledGroup {
  readonly group: DesiredGroup
  /** Folded e-mails of its active members; undefined when the rules do not decide who is in it. */
  readonly members: ReadonlySet<string> | undefined
  /** Folded e-mails of the active people whom the rules mean by it. */
  readonly meant: ReadonlySet<string>
}

export interface Sight {
  /** By folded e-mail; people in no group are not in it. */
  readonly views: ReadonlyMap<string, View>
  /** What each group shows by itself. */
  readonly ofGroup: ReadonlyMap<DesiredGroup, View>
  readonly bits: Bits
}

/** Members looked at before the loop may go on with something else. */
const MEMBERS_A_STEP = 1_000

export function* sightOf(groups: readonly PeopledGroup[], texts: Texts): Work<Sight> {
  const bits = new Bits()
  const views = new Map<string, View>()
  const ofGroup = new Map<DesiredGroup, View>()
  let looked = 0
  for (const { group, meant } of groups) {
    yield
    const view = viewOf(group, texts, bits)
    ofGroup.set(group, view)
    for (const emailKey of meant) {
      views.set(emailKey, (views.get(emailKey) ?? 0n) | view)
      looked += 1
      if (looked % MEMBERS_A_STEP === 0) yield
    }
  }
  return { views, ofGroup, bits }
}

function viewOf({ bindings, permissions }: DesiredGroup, texts: Texts, bits: Bits): View {
  let view = 0n
  for (const binding of bindings) {
    if (onlyDenies(binding, texts)) continue
    view |= binding.level.kind === 'account' ? bits.everywhere : bits.environment(binding.level.id)
  }
  for (const { role, level } of permissions) {
    view |= level.kind === 'account' ? bits.role(role) : bits.environment(level.id)
  }
  return view
}

/** Of a policy that only the account knows it is taken that it grants something. */
const onlyDenies = ({ policy, level }: DesiredBinding, texts: Texts): boolean =>
  texts.statements(policy, level)?.every(({ effect }) => effect === 'DENY') === true
