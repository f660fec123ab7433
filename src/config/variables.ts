/** The environment variables of the bridge, with what each is for. */
const variables = {
  HOST: 'address to listen on',
  PORT: 'port to listen on',
  BRIDGE_DATA_DIR: 'folder for the SQLite database and generated tokens',
  DATABASE_URL: 'PostgreSQL to use instead of SQLite',
  BRIDGE_CONFIG: 'path of bridge.yaml',
  BRIDGE_SCIM_TOKEN: 'token the identity provider sends',
  BRIDGE_ADMIN_TOKEN: 'token operators send',
  BRIDGE_EMAIL_ATTRIBUTE: 'which SCIM attribute is the e-mail address in Dynatrace',
  BRIDGE_EMAIL_DOMAINS: 'e-mail domains that users may have',
  BRIDGE_REACTIVATE: 'whether creating a deactivated user again brings it back',
  BRIDGE_STALE_DEACTIVATION_SECONDS: 'how soon after a reactivation a deactivation is doubted',
  BRIDGE_KEEP_RUNS_DAYS: 'how long the records of runs are kept',
  BRIDGE_STRICT: 'whether habits of identity providers against the RFCs are refused',
  DT_ACCOUNT_UUID: 'Dynatrace account',
  DT_CLIENT_ID: 'id of the OAuth client',
  DT_CLIENT_SECRET: 'secret of the OAuth client',
  DT_API_URL: 'base URL of the account API',
  DT_SSO_URL: 'base URL of the token service',
  DT_ENVIRONMENT_URL: 'base URL of an environment, with {id} for its id',
  LOG_LEVEL: 'how much is logged',
} as const

export type VariableName = keyof typeof variables

export const variableNames = Object.keys(variables) as readonly VariableName[]
