/** The difference of two texts as `diff -u` writes it, in one hunk. Pure. */

/** Lines around the change. */
const CONTEXT = 3

/** Empty when they are the same. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const [old, now] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head += 1
  let tail = 0
  while (
    tail < Math.min(old.length, now.length) - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail += 1
  const start = Math.max(0, head - CONTEXT)
  const oldEnd = Math.min(old.length, old.length - tail + CONTEXT)
  const nowEnd = Math.min(now.length, now.length - tail + CONTEXT)
  const lines = [
    ...old.slice(start, head).map(line => ` ${line}`),
    ...old.slice(head, old.length - tail).map(line => `-${line}`),
    ...now.slice(head, now.length - tail).map(line => `+${line}`),
    ...old.slice(old.length - tail, oldEnd).map(line => ` ${line}`),
  ]
  const hunk = `@@ -${start + 1},${oldEnd - start} +${start + 1},${nowEnd - start} @@`
  return [`--- ${path}`, `+++ ${path}`, hunk, ...lines, ''].join('\n')
}
