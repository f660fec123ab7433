/** Requests that no client would send, byte by byte: lengths that lie, framing that contradicts itself, broken lines. */
import fc from 'fast-check'

/** Everything that goes over one connection, as latin1. */
export type RawRequest = string

const PATH = '/scim/v2/Users'

const startLine = fc.constantFrom(
  `POST ${PATH} HTTP/1.1`,
  `POST ${PATH} HTTP/1.1`,
  `GET ${PATH}?count=1 HTTP/1.1`,
  `GET ${PATH} HTTP/1.0`,
  `GET ${PATH} HTTP/9.9`,
  `GET http://elsewhere.example${PATH} HTTP/1.1`,
  `OPTIONS * HTTP/1.1`,
  `GET ${PATH}/${'a'.repeat(20_000)} HTTP/1.1`,
  `GET ${PATH} with blanks HTTP/1.1`,
  `get ${PATH} HTTP/1.1`,
  `GET${PATH}`,
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
)

const framing = fc.constantFrom(
  ...[
    'Content-Length: 2',
    'Content-Length: 0',
    'Content-Length: 999',
    'Content-Length: -1',
    'Content-Length: 2x',
  ],
  ...[
    'Content-Length: 2\r\nContent-Length: 3',
    'Content-Length: 99999999999999999999',
    'Content-Length: 0x2',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 2',
    'Transfer-Encoding: gzip',
  ],
  ...['Transfer-Encoding: chunked, chunked', 'Transfer-Encoding: \x0bchunked', 'Transfer-Encoding : chunked'],
  'Expect: 100-continue\r\nContent-Length: 2',
  'Upgrade: websocket\r\nConnection: upgrade',
)

const header = fc.constantFrom(
  'Accept: application/scim+json',
  'Host: two.example',
  'NoColon',
  ': no name',
  'X-Folded: a\r\n b',
  'X-Nul: a\0b',
  'X-Bare-CR: a\rb',
  `X-Long: ${'x'.repeat(20_000)}`,
  'Connection: close',
  'Content-Type: application/scim+json',
)

const body = fc.constantFrom(
  ...[
    '',
    '{}',
    '{',
    '2\r\n{}\r\n0\r\n\r\n',
    'zz\r\n{}\r\n0\r\n\r\n',
    '2\r\n{}',
    '-1\r\n{}\r\n',
    'ffffffffffffffffff\r\n{}',
  ],
  '2;ext="\r\n"\r\n{}\r\n0\r\n\r\n',
  `0\r\n\r\nGET ${PATH} HTTP/1.1\r\nHost: smuggled.example\r\n\r\n`,
)

/** `token` opens the door in three of four. */
export const rawRequest = (token: string): fc.Arbitrary<RawRequest> =>
  fc
    .tuple(
      startLine,
      fc.constantFrom(token, token, token, 'wrong'),
      fc.array(framing, { maxLength: 2 }),
      fc.array(header, { maxLength: 2 }),
      body,
      fc.constantFrom('\r\n', '\r\n', '\r\n', '\n'),
    )
    .map(([first, bearer, frames, headers, rest, eol]) =>
      [first, 'Host: 127.0.0.1', `Authorization: Bearer ${bearer}`, ...frames, ...headers, '', rest].join(
        eol,
      ),
    )
