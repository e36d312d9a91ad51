#!/usr/bin/env node
// search.mjs QUERY [RUN_DIRECTORY]: a front-end in 25 lines. Searches, then prints every event until interrupted.
// Needs `npm install zeromq @msgpack/msgpack`, and nothing of loophole: the protocol is docs/protocol.md.
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { Request, Subscriber } from 'zeromq'
import { encode, decode } from '@msgpack/msgpack'

const { LOOPHOLE_HOME: home, XDG_RUNTIME_DIR: runtime = `/run/user/${process.getuid()}` } = process.env
const run = process.argv[3] ?? (home ? `${realpathSync(home)}/run` : `${runtime}/loophole`)
const events = new Subscriber()
for (const service of ['persist', 'indexer', 'supervisor']) events.connect(`ipc://${run}/${service}.events`)
events.subscribe('')

const search = new Request({ receiveTimeout: 10000 })
search.connect(`ipc://${run}/search.ask`)
await search.send(encode([1, 'search.query', randomBytes(16), 10000, { query: process.argv[2], limit: 20 }]))
const [, , error, body] = decode((await search.receive())[0])
if (error !== 'ok') { console.error(`${error}: ${body.what}\n  ${body.hint}`); process.exit(1) }
const shown = name => name.replace(/\p{C}/gu, '?') // names are foreign text: they must not control the terminal
for (const item of body.items ?? []) console.log(`${shown(item.media.name)}\t${shown(new TextDecoder().decode(item.path))}`)
console.log(`${body.total} found; now listening`)
for await (const [topic, message] of events) {
  const [, , sequence, fields] = decode(message)
  const hex = (key, value) => value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
  console.log(`${topic} ${sequence} ${JSON.stringify(fields, hex)}`)
}
