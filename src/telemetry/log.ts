/** The log: one JSON object a line on standard output, times in ISO 8601, nothing secret in it. */
import {
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino'
import { redactKeys, redactText } from './redact.ts'

/** `level` as in `LOG_LEVEL`; `destination` is standard output unless a test listens. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return destination === undefined ? pino(logOptions(level)) : pino(logOptions(level), destination)
}

function logOptions(level: string): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }), log: redactKeys },
    serializers: { err: errorFields, error: errorFields, req: requestFields },
    // The last door: whatever way a secret took into a line, its form gives it away.
    hooks: { streamWrite: redactText },
  }
}

/** pino's own view of an error, whose additional properties (an HTTP client's options, say) may hold headers. */
function errorFields(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown
  const { raw: _, ...fields } = stdSerializers.err(thrown)
  return redactKeys(fields)
}

/** Of a request only what tells it from others; headers and body never. */
function requestFields(request: unknown): unknown {
  if (request === null || typeof request !== 'object') return request
  const { method, url, ip } = request as Readonly<Record<string, unknown>> // narrowed to object above
  return { method, url, remoteAddress: ip }
}
