/**
 * What somebody sees by the rules, as a set in one number: the first bit stands for every environment (by a policy of
 * the account), the others for single environments and for roles on the account. To unite two is one operation, and
 * equal ones are equal.
 */
export type View = bigint

/** Which bit stands for what; bits are given as they are asked for. */
export class Bits {
  readonly everywhere: View = 1n
  readonly #environments = new Map<string, View>()
  readonly #roles = new Map<string, View>()
  #allRoles: View = 0n
  #next: View = 2n

  environment(id: string): View {
    return this.#environments.get(id) ?? this.#give(id, this.#environments)
  }

  role(name: string): View {
    const known = this.#roles.get(name)
    if (known !== undefined) return known
    const bit = this.#give(name, this.#roles)
    this.#allRoles |= bit
    return bit
  }

  /** Whether anything of an environment shows; roles on the account do not. */
  showsSomething(view: View): boolean {
    return (view | this.#allRoles) !== this.#allRoles
  }

  #give(name: string, to: Map<string, View>): View {
    const bit = this.#next
    this.#next <<= 1n
    to.set(name, bit)
    return bit
  }
}
