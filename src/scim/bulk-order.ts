/** In which order the operations of a Bulk request are carried out so that references find what they name (§3.7.1). */

/** What one operation refers to, by bulkId. */
export interface BulkNeeds {
  readonly bulkId: string | undefined
  readonly needs: ReadonlySet<string>
  /** Those of `needs` that can be set afterwards, all at once. */
  readonly later: ReadonlySet<string>
}

export type BulkStep =
  | { readonly kind: 'perform'; readonly index: number; readonly deferred: boolean }
  /** Sets what a deferred operation was performed without. */
  | { readonly kind: 'link'; readonly index: number }
  /** The operation needs itself, through others or not, and nothing of that can be set afterwards. */
  | { readonly kind: 'refuse'; readonly index: number }

/**
 * The order of the request, except that an operation waits for those it refers to. A circle is opened at the
 * first operation in it that can be performed without what it waits for; where there is none, its first is refused.
 */
export function orderBulk(operations: readonly BulkNeeds[]): readonly BulkStep[] {
  const owners = new Map(
    operations.flatMap(({ bulkId }, index) => (bulkId === undefined ? [] : [[bulkId, index]])),
  )
  const indexesOf = (bulkIds: ReadonlySet<string>): readonly number[] =>
    [...bulkIds].flatMap(bulkId => owners.get(bulkId) ?? [])
  const waits = operations.map(({ needs }) => new Set(indexesOf(needs)))
  const dependents = operations.map((): number[] => [])
  waits.forEach((wait, index) => {
    for (const needed of wait) dependents[needed]?.push(index)
  })
  const links = new Map<number, Set<number>>()
  const steps: BulkStep[] = []
  const open = new Set(operations.keys())

  while (open.size > 0) {
    const ready = firstReady(open, waits)
    if (ready === undefined) openCircle(circleIn(open, waits))
    else settle({ kind: 'perform', index: ready, deferred: links.has(ready) })
  }
  return steps

  function settle(step: BulkStep): void {
    steps.push(step)
    open.delete(step.index)
    for (const dependent of dependents[step.index] ?? []) {
      waits[dependent]?.delete(step.index)
      const link = links.get(dependent)
      if (link?.delete(step.index) && link.size === 0) steps.push({ kind: 'link', index: dependent })
    }
  }

  function openCircle(circle: readonly number[]): void {
    const inOrder = [...circle].sort((left, right) => left - right)
    const opened = inOrder.find(index => {
      const next = circle[(circle.indexOf(index) + 1) % circle.length] ?? index
      return operations[index]?.later.has(operations[next]?.bulkId ?? '') ?? false
    })
    if (opened === undefined) {
      settle({ kind: 'refuse', index: inOrder[0] ?? 0 })
      return
    }
    const later = indexesOf(operations[opened]?.later ?? new Set()).filter(index => open.has(index))
    links.set(opened, new Set(later))
    for (const index of later) waits[opened]?.delete(index)
  }
}

function firstReady(open: ReadonlySet<number>, waits: readonly ReadonlySet<number>[]): number | undefined {
  for (const index of open) if (waits[index]?.size === 0) return index
  return undefined
}

/** Every open operation waits for one that is open: whoever follows them comes round. Each waits for the next. */
function circleIn(open: ReadonlySet<number>, waits: readonly ReadonlySet<number>[]): readonly number[] {
  const walked = new Set<number>()
  let [at = 0] = open
  while (!walked.has(at)) {
    walked.add(at)
    const [next = at] = waits[at] ?? []
    at = next
  }
  const path = [...walked]
  return path.slice(path.indexOf(at))
}
