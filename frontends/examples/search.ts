// search.ts QUERY RUN_DIRECTORY: a front-end in TypeScript whose types are all generated. It searches, then prints each change of
// the catalogue until interrupted. Needs `npm install zeromq @msgpack/msgpack`, and build/gen/loophole.ts beside it.
import { randomBytes } from 'node:crypto'
import { Request, Subscriber } from 'zeromq'
import { decode, encode } from '@msgpack/msgpack'
import { asks, type Asks, type error, type Events } from './loophole'

const [query = '', run = ''] = process.argv.slice(2)
const events = new Subscriber()
events.connect(`ipc://${run}/persist.events`)
events.subscribe('persist.changed')

async function ask<Name extends keyof Asks>(name: Name, body: Asks[Name]['ask']): Promise<Asks[Name]['answer']> {
  const socket = new Request({ receiveTimeout: 10000 })
  socket.connect(`ipc://${run}/${asks[name].service}.ask`)
  await socket.send(encode([1, name, randomBytes(16), 10000, body]))
  const [, , state, answer] = decode((await socket.receive())[0]!) as [number, Uint8Array, error, Asks[Name]['answer']]
  if (state !== 'ok') throw new Error(`${name}: ${state}`)
  return answer
}
const shown = (name: string) => name.replace(/\p{C}/gu, '?') // names are foreign text: they must not control the terminal
const found = await ask('search.query', { query, limit: 20 })
for (const item of found.items ?? []) console.log(`${shown(item.media.name)}\t${shown(new TextDecoder().decode(item.path))}`)
console.log(`${found.total} found; now listening`)
for await (const [topic, message] of events) {
  const [, , sequence, changed] = decode(message!) as [number, string, number, Events['persist.changed']]
  console.log(`${topic} ${sequence} {"revision":${changed.revision}}`)
}
