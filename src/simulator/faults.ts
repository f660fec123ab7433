/** Faults on order: which calls fail next, how, and how often. `fault-hooks.ts` makes them happen. */
import { shortId } from '../lib/ids.ts'
import { type Fault, fits, usualLagMs } from './fault.ts'
import {
  createFaultScript,
  type FaultScript,
  type FaultScriptOrder,
  type FaultScriptReport,
} from './fault-script.ts'

export interface Faults {
  add(fault: Omit<Fault, 'id'>): Fault
  /** The fault this call meets: of those ordered one by one, which thereby has one time less, or of the script. */
  take(method: string, url: string): Fault | undefined
  list(): readonly Fault[]
  /** Starts a script; one that runs already ends. */
  follow(order: FaultScriptOrder): FaultScriptReport
  /** Undefined when there is no script. */
  script(): FaultScriptReport | undefined
  endScript(): void
  /** Milliseconds by which a read to come may lag by a fault; 0 when no such fault is ordered. */
  longestLag(): number
  /** Forgets the ordered ones and the script. */
  clear(): void
}

export function createFaults(): Faults {
  let faults: readonly Fault[] = []
  let script: FaultScript | undefined
  return {
    add(given) {
      const fault = { ...given, id: shortId('fault') }
      faults = [...faults, fault]
      return fault
    },
    take(method, url) {
      const hit = faults.find(fault => fits(fault.match, method, url))
      if (hit === undefined) return script?.take(method, url)
      faults = faults.flatMap(fault => {
        if (fault !== hit) return [fault]
        return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
      })
      return hit
    },
    list: () => faults,
    follow(order) {
      script = createFaultScript(order)
      return script.report()
    },
    script: () => script?.report(),
    endScript() {
      script = undefined
    },
    longestLag() {
      const ordered = faults.flatMap(({ fault, lagMs = usualLagMs }) =>
        fault === 'lagging-read' ? [lagMs] : [],
      )
      const running = script?.report()
      const scripted =
        running?.ended === false && running.kinds.includes('lagging-read') ? [running.lagMs] : []
      return Math.max(0, ...ordered, ...scripted)
    },
    clear() {
      faults = []
      script = undefined
    },
  }
}
