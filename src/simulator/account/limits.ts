/** The limits of a Dynatrace account, as its documentation gives them. */
export const limits = {
  users: 10_000,
  groups: 5_000,
  groupsPerUser: 8_000,
  groupsPerCall: 200,
  permissionsPerGroup: 1_000,
  policies: 200,
  bindingsPerLevel: 30_000,
  boundaries: 2_000,
  groupDescription: 255,
  platformTokensPerUser: 10,
  tokenName: 255,
} as const
