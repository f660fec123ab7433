// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
import fc from 'fast-check'
import { test } from 'tap'
import { parametersOf, substitute, substituteConditions } from '../../src/policy/parameters.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { printBoundary, printPolicy } from '../../src/policy/print.ts'
import { bareConditions, bareStatements, problemsText } from '../../src/policy/source.ts'
import { anyCondition, anyStatement } from './arbitrary.ts'

/** Each text beside the canonical form of what it says. */
const policies: readonly (readonly [text: string, meaning: string])[] = [
  ['ALLOW a:b:c', 'ALLOW a:b:c;'],
  ['allow a:b:c;', 'ALLOW a:b:c;'],
  ['Deny a:b:c ;', 'DENY a:b:c;'],
  ['ALLOW a:b:c,d:e:f;', 'ALLOW a:b:c, d:e:f;'],
  [
    'ALLOW storage:bucket-definitions:read, document:trash.documents:restore;',
    'ALLOW storage:bucket-definitions:read, document:trash.documents:restore;',
  ],
  ['ALLOW a:b:c WHERE null;', 'ALLOW a:b:c;'],
  ['ALLOW a:b:c where NULL', 'ALLOW a:b:c;'],
  [`ALLOW a:b:c WHERE d:e = 'f';`, 'ALLOW a:b:c WHERE d:e = "f";'],
  ['ALLOW a:b:c WHERE d:e="f";', 'ALLOW a:b:c WHERE d:e = "f";'],
  ['ALLOW a:b:c WHERE d:e!="f";', 'ALLOW a:b:c WHERE d:e != "f";'],
  ['ALLOW a:b:c WHERE d:e IN("f","g");', 'ALLOW a:b:c WHERE d:e IN ("f", "g");'],
  ['ALLOW a:b:c WHERE d:e in ("f");', 'ALLOW a:b:c WHERE d:e IN ("f");'],
  [`ALLOW a:b:c WHERE d:e NOT IN ("f", 'g');`, 'ALLOW a:b:c WHERE d:e NOT IN ("f", "g");'],
  ['ALLOW a:b:c WHERE d:e STARTSWITH "f";', 'ALLOW a:b:c WHERE d:e startsWith "f";'],
  ['ALLOW a:b:c WHERE d:e not startswith "f";', 'ALLOW a:b:c WHERE d:e NOT startsWith "f";'],
  ['ALLOW a:b:c WHERE d:e MATCH ("f_*", "g");', 'ALLOW a:b:c WHERE d:e MATCH ("f_*", "g");'],
  [
    'ALLOW a:b:c WHERE global:date > "2026-05-03Z" AND global:date < "2026-06-03Z";',
    'ALLOW a:b:c WHERE global:date > "2026-05-03Z" AND global:date < "2026-06-03Z";',
  ],
  [
    'ALLOW a:b:c WHERE d:e = "x" and f:g = "y" AND h:i IN ("z");',
    'ALLOW a:b:c WHERE d:e = "x" AND f:g = "y" AND h:i IN ("z");',
  ],
  ['// first\nALLOW a:b:c; // all of it\n// last', 'ALLOW a:b:c;'],
  [
    'ALLOW a:b:c // why\n  WHERE d:e = "// not a comment; nor an end";',
    'ALLOW a:b:c WHERE d:e = "// not a comment; nor an end";',
  ],
  [`ALLOW a:b:c WHERE d:e = 'say "x"';`, `ALLOW a:b:c WHERE d:e = 'say "x"';`],
  [`ALLOW a:b:c WHERE d:e = "it's";`, `ALLOW a:b:c WHERE d:e = "it's";`],
  ['ALLOW a:b:c WHERE d:e = "";', 'ALLOW a:b:c WHERE d:e = "";'],
  ['ALLOW a:b:c WHERE d:e = "${bindParam:x}";', 'ALLOW a:b:c WHERE d:e = "${bindParam:x}";'],
  ['ALLOW a:b:c WHERE d:e IN ("${global:userGroup}");', 'ALLOW a:b:c WHERE d:e IN ("${global:userGroup}");'],
  ['ALLOW a:b:c\nALLOW d:e:f', 'ALLOW a:b:c;\nALLOW d:e:f;'],
  ['ALLOW\r\n\ta:b:c\r\n\t;DENY d:e:f', 'ALLOW a:b:c;\nDENY d:e:f;'],
  ['ALLOW a:B:c WHERE d:eF.g-h_i = "ünï 🚀";', 'ALLOW a:B:c WHERE d:eF.g-h_i = "ünï 🚀";'],
]

/** Each text beside everything that is wrong with it. */
const brokenPolicies: readonly (readonly [text: string, ...problems: string[]])[] = [
  ['', 'line 1, column 1: the policy has no statement; write ALLOW and a permission'],
  ['// later\n', 'line 2, column 1: the policy has no statement; write ALLOW and a permission'],
  [
    'GRANT a:b:c;',
    'line 1, column 1: expected ALLOW or DENY, found "GRANT"; start the statement with ALLOW or DENY',
  ],
  ['ALLOW a:b:c;;', 'line 1, column 13: expected a statement before ;, found ";"; remove this ;'],
  [
    'ALLOW;',
    'line 1, column 6: expected a permission, found ";"; write service:resource:action, for example storage:logs:read',
  ],
  [
    'ALLOW a:b',
    'line 1, column 7: expected a permission, found "a:b"; write service:resource:action, for example storage:logs:read',
  ],
  [
    'ALLOW storage:*:read;',
    'line 1, column 7: expected a permission, found "storage:*:read"; name each permission: wild cards do not exist',
  ],
  [
    'ALLOW a:b:c, WHERE d:e = "f";',
    'line 1, column 14: expected a permission, found "WHERE"; write service:resource:action, for example storage:logs:read',
  ],
  [
    'ALLOW a:b:c d:e:f;',
    'line 1, column 13: expected a comma, WHERE or ;, found "d:e:f"; separate permissions by commas and end the statement with ;',
  ],
  [
    'ALLOW a:b:c WHERE d = "f";',
    'line 1, column 19: expected the name of a condition, found "d"; write service:attribute, for example storage:bucket-name',
  ],
  [
    'ALLOW a:b:c WHERE;',
    'line 1, column 18: expected the name of a condition, found ";"; write service:attribute, for example storage:bucket-name',
  ],
  [
    'ALLOW a:b:c WHERE d:e;',
    'line 1, column 22: expected an operator, found ";"; write one of =, !=, IN, NOT IN, startsWith, NOT startsWith, MATCH, <, >',
  ],
  [
    'ALLOW a:b:c WHERE d:e LIKE "f";',
    'line 1, column 23: expected an operator, found "LIKE"; write MATCH ("a*") with * as wild card, or startsWith "a"',
  ],
  [
    'ALLOW a:b:c WHERE d:e NOT MATCH ("f");',
    'line 1, column 27: expected IN or startsWith after NOT, found "MATCH"; write NOT IN, NOT startsWith or !=',
  ],
  [
    'ALLOW a:b:c WHERE d:e = f;',
    'line 1, column 25: expected a value after =, found "f"; put the value in quotes: "value"',
  ],
  [
    'ALLOW a:b:c WHERE d:e = ("f");',
    'line 1, column 25: expected one value after =, found "("; use IN for a list of values',
  ],
  [
    'ALLOW a:b:c WHERE d:e IN "f";',
    'line 1, column 26: expected a list after IN, found the value "f"; put the values in parentheses: IN ("a", "b")',
  ],
  [
    'ALLOW a:b:c WHERE d:e IN ();',
    'line 1, column 27: expected a value, found ")"; put values in quotes, separated by commas',
  ],
  [
    'ALLOW a:b:c WHERE d:e IN ("f" "g");',
    'line 1, column 31: expected a comma or ), found the value "g"; separate values by commas and close the list with )',
  ],
  [
    'ALLOW a:b:c WHERE d:e IN ("f"',
    'line 1, column 30: expected a comma or ), found the end of the text; separate values by commas and close the list with )',
  ],
  [
    'ALLOW a:b:c WHERE d:e = "f" OR d:e = "g";',
    'line 1, column 29: there is no OR; write a second statement, or IN with a list of values',
  ],
  [
    'ALLOW a:b:c WHERE (d:e = "f");',
    'line 1, column 19: expected a condition, found "("; leave the parentheses out: conditions cannot be grouped',
  ],
  [
    'ALLOW a:b:c WHERE NOT (d:e = "f");',
    'line 1, column 19: expected a condition, found "NOT"; write != or NOT before IN or startsWith: NOT ( ) does not exist',
  ],
  [
    'ALLOW a:b:c WHERE d:e = "f;',
    'line 1, column 25: the value "\\"f" has no closing quote; close it with " on the same line',
  ],
  ['ALLOW a:b:c WHERE d:e = “f”;', `line 1, column 25: the value "“f”" has typographic quotes; use " or '`],
  ['# all\nALLOW a:b:c;', 'line 1, column 1: the character "#" has no meaning here; start comments with //'],
  [
    'ALLOW a:b:c WHERE d:e = "f" "g";',
    'line 1, column 29: expected AND or ;, found the value "g"; join conditions with AND and end the statement with ;',
  ],
  [
    'ALLOW a:b:c WHERE d:e IN ("f" "or");',
    'line 1, column 31: expected a comma or ), found the value "or"; separate values by commas and close the list with )',
  ],
  [
    'ALLOW a:b;\nALLOW c:d:e;\n  DENY f:g:h WHERE i = "j";\nDENY',
    'line 1, column 7: expected a permission, found "a:b"; write service:resource:action, for example storage:logs:read',
    'line 3, column 20: expected the name of a condition, found "i"; write service:attribute, for example storage:bucket-name',
    'line 4, column 5: expected a permission, found the end of the text; write service:resource:action, for example storage:logs:read',
  ],
  [
    'ALLOW ALLOW x',
    'line 1, column 7: expected a permission, found "ALLOW"; write service:resource:action, for example storage:logs:read',
    'line 1, column 13: expected a permission, found "x"; write service:resource:action, for example storage:logs:read',
  ],
]

const boundaries: readonly (readonly [text: string, meaning: string])[] = [
  ['a:b = "c"', 'a:b = "c";'],
  [`storage:host.name IN ('a', "b");`, 'storage:host.name IN ("a", "b");'],
  [
    '// team a\nstorage:dt.security_context = "${bindParam:team}"; // theirs\nenvironment:management-zone startsWith "a";',
    'storage:dt.security_context = "${bindParam:team}";\nenvironment:management-zone startsWith "a";',
  ],
]

const brokenBoundaries: readonly (readonly [text: string, ...problems: string[]])[] = [
  ['', 'line 1, column 1: the boundary has no restriction; write one, for example storage:host.name = "a";'],
  [
    'ALLOW a:b:c WHERE d:e = "f";',
    'line 1, column 1: expected a restriction, found "ALLOW"; leave out effect, permissions and WHERE: they belong into the policy',
  ],
  [
    'a:b = "c" AND d:e = "f";',
    'line 1, column 11: expected ; after the restriction, found "AND"; end each restriction with ; (there is no AND)',
  ],
  ['a:b = "c";;', 'line 1, column 11: expected a restriction before ;, found ";"; remove this ;'],
  [
    'a:b "c";\nd = "e";\nf:g = "h";\n',
    'line 1, column 5: expected an operator, found the value "c"; write one of =, !=, IN, NOT IN, startsWith, NOT startsWith, MATCH, <, >',
    'line 2, column 1: expected the name of a condition, found "d"; write service:attribute, for example storage:bucket-name',
  ],
]

test('a policy is read', async t => {
  for (const [text, meaning] of policies) t.equal(policyMeaning(text), meaning, text)
})

test('every mistake of a policy is found at its place, with a remedy', async t => {
  for (const [text, ...problems] of brokenPolicies) {
    const parsed = parsePolicy(text)
    const found = parsed.kind === 'broken' ? parsed.problems.map(problem => problemsText([problem])) : []
    t.same(found, problems, text)
  }
})

test('a boundary is read', async t => {
  for (const [text, meaning] of boundaries) t.equal(boundaryMeaning(text), meaning, text)
})

test('every mistake of a boundary is found at its place, with a remedy', async t => {
  for (const [text, ...problems] of brokenBoundaries) {
    const parsed = parseBoundary(text)
    const found = parsed.kind === 'broken' ? parsed.problems.map(problem => problemsText([problem])) : []
    t.same(found, problems, text)
  }
})

test('a policy has at most 100 statements, a boundary at most 10 restrictions', async t => {
  t.equal(parsePolicy('ALLOW a:b:c;\n'.repeat(100)).kind, 'parsed')
  t.same(parsePolicy('ALLOW a:b:c;\n'.repeat(101)), {
    kind: 'broken',
    problems: [
      {
        line: 101,
        column: 1,
        message: 'the policy has 101 statements, at most 100 are allowed',
        remedy: 'put the others into a second policy',
      },
    ],
  })
  t.equal(parseBoundary('a:b = "c";\n'.repeat(10)).kind, 'parsed')
  t.same(parseBoundary('a:b = "c";\n'.repeat(11)), {
    kind: 'broken',
    problems: [
      {
        line: 11,
        column: 1,
        message: 'the boundary has 11 restrictions, at most 10 are allowed',
        remedy: 'join values of one condition with IN, or bind a second boundary',
      },
    ],
  })
})

test('every part knows its place in the text', async t => {
  const text = '// first\nALLOW a:b:c,\n  d:e:f WHERE g:h NOT IN ("i", "j")\nDENY k:l:m;'
  const piece = ({ start, end }: { readonly start: number; readonly end: number }) => text.slice(start, end)
  const [first, second] = read(text)
  t.equal(first && piece(first.span), 'ALLOW a:b:c,\n  d:e:f WHERE g:h NOT IN ("i", "j")')
  t.match(first?.permissionSpans[1], { line: 3, column: 3 })
  t.same(first?.permissionSpans.map(piece), ['a:b:c', 'd:e:f'])
  const [condition] = first?.conditions ?? []
  t.same(
    [condition?.nameSpan, condition?.operatorSpan, ...(condition?.valueSpans ?? [])].map(
      span => span && piece(span),
    ),
    ['g:h', 'NOT IN', '"i"', '"j"'],
  )
  t.same([first?.terminated, second?.terminated], [false, true])
})

test('what is printed reads back the same', async () => {
  fc.assert(
    fc.property(fc.array(anyStatement, { minLength: 1, maxLength: 5 }), statements => {
      const parsed = parsePolicy(printPolicy(statements))
      return (
        parsed.kind === 'parsed' &&
        JSON.stringify(bareStatements(parsed.statements)) === JSON.stringify(statements.map(ordered))
      )
    }),
  )
  fc.assert(
    fc.property(fc.array(anyCondition, { minLength: 1, maxLength: 10 }), conditions => {
      const parsed = parseBoundary(printBoundary(conditions))
      return (
        parsed.kind === 'parsed' &&
        JSON.stringify(bareConditions(parsed.conditions)) === JSON.stringify(bareConditions(conditions))
      )
    }),
  )
})

test('no text makes the reader throw, and what cannot be read has a problem inside the text', async () => {
  const words = fc.constantFrom(
    ...['ALLOW', 'DENY', 'WHERE', 'AND', 'NOT', 'IN', 'MATCH', 'startsWith', 'null', 'a:b', 'a:b:c', '"x"'],
    ...[
      "'",
      '"',
      '(',
      ')',
      ',',
      ';',
      '=',
      '!',
      '!=',
      '<',
      '/',
      '//',
      '\n',
      '\r',
      '“',
      '\u2028',
      '\ud800',
      ' ',
    ],
  )
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 30 }).map(list => list.join(' ')),
  )
  fc.assert(
    fc.property(anything, text =>
      [parsePolicy(text), parseBoundary(text)].every(parsed => {
        if (parsed.kind === 'parsed') return true
        const lines = text.split(/\r\n|\r|\n/)
        return (
          parsed.problems.length > 0 &&
          parsed.problems.every(
            ({ line, column }) => column >= 1 && column <= (lines[line - 1] ?? '').length + 1,
          )
        )
      }),
    ),
    { numRuns: 2_000 },
  )
})

test('long texts take time in proportion', async t => {
  const started = performance.now()
  for (const text of ['"', "'", '“', '(', '/', 'ALLOW ', 'a:', '\r', ',', '"\n'])
    parsePolicy(text.repeat(20_000))
  t.ok(performance.now() - started < 5_000)
})

test('template parameters are those of values, each once, comments not counted', async t => {
  const text =
    '// ${bindParam:no}\nALLOW a:b:c WHERE d:e IN ("${bindParam:z}", "x-${bindParam:a}-${bindParam:z}") AND f:g = "${global:userId}";'
  t.same(parametersOf(text), ['a', 'z'])
  t.same(parametersOf('a:b = "${bindParam:team}"; a:c = "${bindParam:team}";'), ['team'])
  t.same(parametersOf('ALLOW a:b:c'), [])
})

test('parameters are put in as they are; one without a value stays', async t => {
  const text = 'ALLOW a:b:c; ALLOW d:e:f WHERE g:h IN ("${bindParam:x}-${bindParam:y}", "k");'
  const filled = substitute(bareStatements(read(text)), { x: '$& ${bindParam:y} "', constructor: 'c' })
  t.same(filled[1]?.conditions[0]?.values, ['$& ${bindParam:y} "-${bindParam:y}', 'k'])
  const odd = [{ name: 'a:b', operator: 'EQ', values: ['${bindParam:toString}'] }] as const
  t.same(substituteConditions(odd, {}), odd, 'only own names count')
})

/** The statements of a text that is well formed. */
function read(text: string) {
  const parsed = parsePolicy(text)
  if (parsed.kind === 'broken') throw new Error(problemsText(parsed.problems))
  return parsed.statements
}

function policyMeaning(text: string): string {
  const parsed = parsePolicy(text)
  return parsed.kind === 'parsed' ? printPolicy(parsed.statements) : problemsText(parsed.problems)
}

function boundaryMeaning(text: string): string {
  const parsed = parseBoundary(text)
  return parsed.kind === 'parsed' ? printBoundary(parsed.conditions) : problemsText(parsed.problems)
}

/** The same members in the order in which the parser has them. */
function ordered<S extends Parameters<typeof printPolicy>[0][number]>(statement: S) {
  return bareStatements([statement])[0]
}
