/** What a person should know of who has access, and where: people, peers, environments and groups. Pure. */
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Work } from '../../lib/turns.ts'
import type { Texts } from '../evaluate/texts.ts'
import type { AccessModel } from '../model.ts'
import { emptyGroups } from './empty-groups.ts'
import { environmentFindings } from './environment-findings.ts'
import { peerFindings } from './peer-findings.ts'
import { peopleFindings } from './people-findings.ts'
import { type PeopledGroup, sightOf } from './sight.ts'

export interface AccessSeen {
  /** In the order of their names, those that the rules really make. */
  readonly groups: readonly PeopledGroup[]
  readonly snapshot: Pick<DirectorySnapshot, 'people' | 'members'>
  /** `environments` without those that take no rights at present. */
  readonly model: Pick<AccessModel, 'environments' | 'lifecycle'>
  readonly texts: Texts
}

export function* accessFindings({ groups, snapshot, model, texts }: AccessSeen): Work<readonly Finding[]> {
  const { environments, lifecycle } = model
  const { people } = snapshot
  const sight = yield* sightOf(groups, texts)
  const everybody = lifecycle.invite === 'on-creation'
  return [
    ...(yield* peopleFindings(
      sight,
      people.values(),
      ({ emailKey }) => everybody || sight.views.has(emailKey),
    )),
    ...(yield* peerFindings(groups, sight, { people, environments })),
    ...environmentFindings(sight, environments),
    ...(yield* emptyGroups(groups, snapshot)),
  ]
}
