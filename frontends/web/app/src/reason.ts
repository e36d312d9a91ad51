// Why nothing is heard although a preview plays: the first cause on its way to a loudspeaker.
import type { channel, mixer, mixer_strip, server_state } from 'loophole'
import { usePolled } from './polled'
import { ask } from './wire'

const LOOK_MS = 5000

const isShut = (strip: mixer_strip | undefined) => strip !== undefined && (strip.mute || strip.gain === 0)
const shutBy = (strip: mixer_strip) => (strip.mute ? 'is muted' : 'has its gain at silence')

function reasonOf(volume: number, { strips = [], preview_apart }: mixer, server: server_state): string {
  const of = (bus: channel) => strips.find(one => one.bus === bus)
  const soloed = strips.filter(one => one.solo).map(one => one.bus)
  if (volume === 0) return 'Silent: the volume is 0.'
  for (const bus of preview_apart ? ['preview'] as const : ['preview', 'master'] as const)
    if (isShut(of(bus))) return `Silent: the channel ${bus} ${shutBy(of(bus)!)}.`
  if (soloed.length && !soloed.includes('preview')) return `Silent: only ${soloed.join(' and ')} ${soloed.length > 1 ? 'are' : 'is'} heard (solo).`
  return server.connected ? '' : 'Silent: the engine has no JACK server.'
}

/** The reason, or ''. Asked for while `isPlaying`. */
export function useReason(isPlaying: boolean, volume: number): string {
  const [now] = usePolled(async () => isPlaying ? Promise.all([ask('audio.mixer', {}, 2000), ask('audio.server', {}, 2000)]) : undefined, LOOK_MS, [isPlaying], ['audio.sounding_changed', 'audio.server_changed'])
  return isPlaying && now ? reasonOf(volume, now[0], now[1]) : ''
}
