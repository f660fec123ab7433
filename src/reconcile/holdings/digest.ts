/** Many texts in a few characters that do not depend on their order. */

export interface Digest {
  add(text: string): void
  text(): string
}

/** Nobody wants to forge what only saves a look: a fast hash will do, in two lanes of 32 bits. */
export function digest(): Digest {
  let [count, one, two] = [0, 0, 0]
  return {
    add(text) {
      let [a, b] = [0xdeadbeef, 0x41c6ce57]
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at)
        a = Math.imul(a ^ code, 0x9e3779b1)
        b = Math.imul(b ^ code, 0x5f356495)
      }
      a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
      b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
      count += 1
      one = (one + a) >>> 0
      two = (two + b) >>> 0
    },
    text: () => `${count}.${one.toString(36)}.${two.toString(36)}`,
  }
}
