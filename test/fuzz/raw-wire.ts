/** Sends bytes over a connection of their own, and reads what comes back until there is nothing more to come. */
import { connect } from 'node:net'

export interface RawAnswer {
  /** Of each answer, in order. */
  readonly statuses: readonly number[]
  readonly text: string
  /** The server keeps waiting for more, which is right when the request is not whole. */
  readonly waits: boolean
}

/** Half closes after the last byte, so that a server that waits for the rest hears that none will come. */
export function askRaw(port: number, bytes: string, patienceMs = 5_000): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    let text = ''
    const done = (waits: boolean) => {
      clearTimeout(patience)
      socket.destroy()
      resolve({ statuses: statusesIn(text), text, waits })
    }
    const patience = setTimeout(() => done(true), patienceMs)
    socket.setEncoding('latin1')
    socket.on('data', chunk => {
      text += chunk
    })
    socket.once('end', () => done(false))
    socket.once('error', error => {
      // A server may hang up on nonsense.
      if ('code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code))) done(false)
      else reject(error)
    })
    socket.end(Buffer.from(bytes, 'latin1'))
  })
}

function statusesIn(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}
