/** Variables that look like ours and are somebody else's, so that they do not stop the bridge from starting. */

/** Set by or for a OneAgent that watches the process. */
const oneAgent: ReadonlySet<string> = new Set([
  'DT_AGENTACTIVE',
  'DT_APPLICATIONID',
  'DT_CLUSTER_ID',
  'DT_CONNECTION_POINT',
  'DT_CUSTOM_PROP',
  'DT_HOME',
  'DT_LOCALTOVIRTUALHOSTNAME',
  'DT_LOGLEVELCON',
  'DT_LOGLEVELFILE',
  'DT_LOGSTREAM',
  'DT_NETWORK_ZONE',
  'DT_NODE_ID',
  'DT_RELEASE_BUILD_VERSION',
  'DT_RELEASE_PRODUCT',
  'DT_RELEASE_STAGE',
  'DT_RELEASE_VERSION',
  'DT_STORAGE',
  'DT_TAGS',
  'DT_TENANT',
  'DT_TENANTTOKEN',
])

/** Kubernetes announces a Service called `bridge` or `bridge-…` to every pod beside it in such variables. */
const serviceLink =
  /^BRIDGE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/

export function isForeignVariable(name: string, value: string): boolean {
  if (oneAgent.has(name) || serviceLink.test(name)) return true
  return /^BRIDGE_(\w+_)?PORT$/.test(name) && value.startsWith('tcp://')
}
