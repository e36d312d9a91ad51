// The encoding of messages in the browser app: node msgpack.mjs MODULE.
import { strict as assert } from 'node:assert'

const { decode, encode } = await import(process.argv[2])

const values = [
  null,
  true,
  false,
  0,
  127,
  128,
  -1,
  -32,
  -33,
  255,
  65536,
  2 ** 32,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  2n ** 53n,
  2n ** 64n - 1n,
  -(2n ** 63n),
  0.5,
  -1e300,
  '',
  'kick',
  'é'.repeat(20),
  'x'.repeat(300),
  'x'.repeat(70000),
  [],
  [1, [2, [3]]],
  Array.from({ length: 70000 }, (_, i) => i),
  {},
  { a: { b: [1.5, 'c'] } },
  Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`key${i}`, i / 3])),
  new Uint8Array(16).fill(7),
  new Uint8Array(300),
  new Uint8Array(70000),
]
for (const value of values) assert.deepEqual(decode(encode(value)), value)
for (let length = 0; length < 600; length++) {
  const message = [1, 'x'.repeat(length), 0.25, new Uint8Array(5), 2 ** 40, [1, 2, 3]]
  assert.deepEqual(decode(encode(message)), message, `a text of ${length} bytes before`)
}
assert.deepEqual(decode(encode({ absent: undefined, there: 1 })), { there: 1 })
const whole = encode([1, 'search.query', new Uint8Array(16), { query: 'kick' }])
for (let length = 0; length < whole.length; length++) assert.throws(() => decode(whole.subarray(0, length)))
assert.throws(() => decode(new Uint8Array(1000).fill(0x91)), /nested too deeply/)
assert.throws(() => decode(new Uint8Array([0xc1])), /no value begins/)
