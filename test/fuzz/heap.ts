/** What of the heap is alive. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void // V8's, which the flag has made visible

/** In MiB, after everything that is dead was collected. */
export function liveHeap(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}
