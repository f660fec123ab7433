/** What the people of the sample account keep in its environments: tokens, dashboards, notebooks. */
import type { AdditionInput } from './addition.ts'
import { fixedId } from './fixed-id.ts'

const [ana, ben, carla, dmitri, emma] = [2, 3, 4, 5, 6].map(number => fixedId('0', number))
const former = 'former.colleague@acme.example'

type EnvironmentThings = Required<Pick<AdditionInput, 'apiTokens' | 'platformTokens' | 'documents'>>

export const sampleEnvironments: EnvironmentThings = {
  apiTokens: [
    {
      label: 'PRODANA1',
      environment: 'prod',
      name: 'Agent rollout',
      owner: 'ana.kos@acme.example',
      scopes: ['InstallerDownload', 'metrics.ingest'],
      lastUsedDate: '2026-11-12T10:20:30.400Z',
    },
    {
      label: 'PRODBEN1',
      environment: 'prod',
      name: 'Cost report',
      owner: 'ben.okafor@acme.example',
      scopes: ['metrics.read'],
      expirationDate: '2030-05-05T10:20:30.400Z',
    },
    {
      label: 'PRODDMITRI1',
      environment: 'prod',
      name: 'On-call script',
      owner: 'dmitri.volkov@acme.example',
      scopes: ['logs.read', 'problems.read'],
      personalAccessToken: true,
      lastUsedDate: '2026-11-20T06:00:00.000Z',
    },
    {
      label: 'PRODFORMER1',
      environment: 'prod',
      name: 'Nightly export',
      owner: former,
      scopes: ['entities.read', 'metrics.read'],
      lastUsedDate: '2026-11-21T01:00:00.000Z',
    },
    {
      label: 'STAGEEMMA1',
      environment: 'stage',
      name: 'Pipeline',
      owner: 'emma.lind@acme.example',
      scopes: ['settings.read', 'settings.write'],
      lastUsedDate: '2026-11-19T14:00:00.000Z',
    },
    {
      label: 'STAGEBEN1',
      environment: 'stage',
      name: 'Trial',
      owner: 'ben.okafor@acme.example',
      scopes: ['metrics.read'],
      enabled: false,
    },
  ],
  platformTokens: [
    {
      label: 'EMMA1',
      user: 'emma.lind@acme.example',
      name: 'dtctl on my laptop',
      scope: ['document:documents:read', 'storage:logs:read'],
      environments: ['prod', 'stage'],
      expirationDate: '2030-01-01T00:00:00.000Z',
    },
    {
      label: 'BEN1',
      user: 'ben.okafor@acme.example',
      name: 'cost notebook',
      scope: ['storage:bizevents:read'],
      environments: ['prod'],
    },
  ],
  documents: [
    { id: fixedId('d', 1), environment: 'prod', name: 'Payments overview', owner: ana, isPrivate: false },
    { id: fixedId('d', 2), environment: 'prod', name: 'Cost per team', owner: ben },
    { id: fixedId('d', 3), environment: 'prod', name: 'Cost study', type: 'notebook', owner: ben },
    { id: fixedId('d', 4), environment: 'prod', name: 'Pager duty', owner: dmitri, isPrivate: false },
    { id: fixedId('d', 5), environment: 'stage', name: 'Release check', owner: emma },
    { id: fixedId('d', 6), environment: 'stage', name: 'Load test', type: 'notebook', owner: carla },
    {
      id: fixedId('d', 7),
      environment: 'prod',
      name: 'Getting started',
      type: 'launchpad',
      owner: ana,
      isPrivate: false,
      originExtensionId: 'dynatrace.launcher',
    },
  ].map(({ owner, ...document }) => ({ ...document, owner: owner ?? '' })),
}
