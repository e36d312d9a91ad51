// How two edits of one pattern become one: node merging.mjs MODULE.
import { strict as assert } from 'node:assert'

const { merge } = await import(process.argv[2])

const row = (name, pattern, more = {}) => ({ name, pattern, pan: 0, mute: false, ...more })
const of = (...tracks) => ({
  metadata: { name: 'Acid', genre: 'acid' },
  modules: { voice1: { gain: 1 } },
  sequencer: { seed: 0, tracks },
})
const merged = (base, ours, theirs) => merge(of(...base), of(...ours), of(...theirs)).sequencer.tracks

const kick = row('kick', 'x...x...x...x...'),
  hat = row('hat', '..x...x...x...x.', { velocity: [1, 1, 0.5] })
assert.deepEqual(merged([kick], [row('kick', 'xX..x...x...x...')], [row('kick', 'x...x...x...x..x')]), [
  row('kick', 'xX..x...x...x..x'),
])
assert.deepEqual(
  merged([kick], [row('kick', 'X...x...x...x...')], [row('kick', '....x...x...x...')]),
  [row('kick', 'X...x...x...x...')],
  'of one step ours counts',
)
assert.deepEqual(
  merged([kick], [kick], [row('kick', 'x'.repeat(32))]),
  [row('kick', 'x'.repeat(32))],
  'another length is another row of steps',
)
assert.deepEqual(
  merged([hat], [{ ...hat, velocity: [0.2, 1, 0.5] }], [{ ...hat, velocity: [1, 1, 0.5, 1, 1, 0.7], pan: 0.5 }]),
  [{ ...hat, velocity: [0.2, 1, 0.5, 1, 1, 0.7], pan: 0.5 }],
)
assert.deepEqual(
  merged([hat], [{ ...hat, velocity: undefined }], [{ ...hat, velocity: [0.3, 1, 0.5] }]),
  [{ ...hat, velocity: [0.3] }],
  'the usual value again',
)
assert.deepEqual(
  merged([hat], [{ ...hat, timing: [0, 0.2] }], [{ ...hat, timing: [0.1] }]),
  [{ ...hat, timing: [0.1, 0.2] }],
  'later steps have the usual value',
)
assert.deepEqual(merged([kick], [kick, row('clap', 'x...')], [kick, hat]), [kick, hat, row('clap', 'x...')])
assert.deepEqual(
  merged([], [hat], [kick, row('hat', 'X...')]).map(one => one.name),
  ['kick', 'hat', 'hat 2'],
  'both added a row of this name',
)
assert.deepEqual(
  merged([kick, hat], [kick], [{ ...kick, pan: 1 }, hat]),
  [{ ...kick, pan: 1 }],
  'a row that ours removed',
)
assert.deepEqual(
  merged([kick, hat], [kick], [kick, { ...hat, pan: 1 }]),
  [kick, { ...hat, pan: 1 }],
  'unless theirs changed it',
)
assert.deepEqual(
  merged([kick, hat], [{ ...kick, pan: 1 }, hat], [hat]),
  [hat, { ...kick, pan: 1 }],
  'and the other way round',
)
assert.deepEqual(
  merged([kick, kick], [kick, { ...kick, pan: 1 }], [{ ...kick, mute: true }, kick]),
  [
    { ...kick, mute: true },
    { ...kick, pan: 1 },
  ],
  'rows of one name by their order',
)
assert.deepEqual(
  merge(of(kick), of({ ...kick, pan: 1 }), {
    ...of(kick),
    metadata: { name: 'Bass', genre: 'acid' },
    modules: { voice1: { gain: 2 } },
  }),
  { ...of({ ...kick, pan: 1 }), metadata: { name: 'Bass', genre: 'acid' }, modules: { voice1: { gain: 2 } } },
)
assert.deepEqual(
  merged(
    [{ ...kick, generation: 1n, id: new Uint8Array(16) }],
    [{ ...kick, generation: 1, id: new Uint8Array(16) }],
    [{ ...kick, generation: 2, id: new Uint8Array(16).fill(1) }],
  ),
  [{ ...kick, generation: 2, id: new Uint8Array(16).fill(1) }],
  'a number of another type is no change',
)
