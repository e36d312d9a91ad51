// The ports of other JACK clients, as pairs of a left and a right one.
import { usePolled } from '../connection/polled'
import { clean } from '../base/format'
import { ask, isFar } from '../connection/wire'

const LOOK_MS = 5000

/** One port stands for both sides. */
export interface Pair {
  client: string
  title: string
  ports: string[]
}

const clientOf = (port: string) => port.slice(0, port.indexOf(':'))
const isOurs = (port: string) => clientOf(port).startsWith('loophole-')
const shortOf = (port: string) => clean(port.slice(port.indexOf(':') + 1))

/** Two by two in JACK's order. A client with one pair is named by itself. */
export function pairsOf(ports: string[]): Pair[] {
  const clients = new Map<string, string[]>()
  for (const port of ports.filter(one => !isOurs(one)))
    clients.set(clientOf(port), [...(clients.get(clientOf(port)) ?? []), port])
  return [...clients].flatMap(([client, all]) =>
    Array.from({ length: Math.ceil(all.length / 2) }, (_, i) => {
      const pair = all.slice(2 * i, 2 * i + 2)
      return {
        client,
        ports: pair,
        title: all.length > 2 ? `${clean(client)}: ${pair.map(shortOf).join(', ')}` : clean(client),
      }
    }),
  )
}

/** `CLIENT:LEFT,RIGHT`, as an insert takes it. */
export const written = ({ ports }: Pair) =>
  [ports[0]!, ...ports.slice(1).map(one => one.slice(one.indexOf(':') + 1))].join(',')

/** A page of another machine may not ask for them. */
export function useForeignPorts(): { inputs: string[]; outputs: string[] } {
  const [now] = usePolled(async () => (isFar ? undefined : ask('audio.foreign_ports', {}, 3000)), LOOK_MS)
  return { inputs: now?.inputs ?? [], outputs: now?.outputs ?? [] }
}
