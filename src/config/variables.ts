/** The environment variables of the bridge, with what each is for. */
const variables = {
  HOST: 'address to listen on',
  PORT: 'port to listen on',
  BRIDGE_DATA_DIR: 'folder for the SQLite database and generated tokens',
  DATABASE_URL: 'PostgreSQL to use instead of SQLite',
  BRIDGE_CONFIG: 'path of bridge.yaml',
  BRIDGE_SCIM_TOKEN: 'token the identity provider sends',
  BRIDGE_ADMIN_TOKEN: 'token operators send',
  DT_ACCOUNT_UUID: 'Dynatrace account',
  DT_CLIENT_ID: 'id of the OAuth client',
  DT_CLIENT_SECRET: 'secret of the OAuth client',
  DT_API_URL: 'base URL of the account API',
  DT_SSO_URL: 'base URL of the token service',
  LOG_LEVEL: 'how much is logged',
} as const

export type VariableName = keyof typeof variables

export const variableNames = Object.keys(variables) as readonly VariableName[]
