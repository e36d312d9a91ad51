// Why nothing is heard although something plays: the first cause on its way to a loudspeaker.
import type { channel, mixer, mixer_strip, pad, row_state, server_state } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { num } from '../base/format'
import { hearing } from '../sound/hear'
import { lastHit } from '../kit/kits'
import { plays } from '../kit/padsread'
import { usePolled } from '../connection/polled'
import { settings } from '../base/state'
import { transport } from './transport'
import { ask, isFar } from '../connection/wire'

const LOOK_MS = 5000,
  LOOK_AT_DEVICE_MS = 30000
const HIT_MS = 8000 // so long a hit of this page is something that plays

interface Now {
  mixer: mixer
  server: server_state
  rows?: row_state[]
  pad?: pad
}

const isShut = (strip: mixer_strip | undefined) => strip !== undefined && (strip.mute || strip.gain === 0)
const shutBy = (strip: mixer_strip) => (strip.mute ? 'is muted' : 'has its gain at silence')

function ofChannels(bus: channel, { strips = [], preview_apart }: mixer): string {
  const of = (bus: channel) => strips.find(one => one.bus === bus)
  const soloed = strips.filter(one => one.solo).map(one => one.bus)
  for (const one of bus === 'preview' && preview_apart ? [bus] : ([bus, 'master'] as const))
    if (isShut(of(one))) return `the channel ${one} ${shutBy(of(one)!)}`
  return soloed.length && !soloed.includes(bus)
    ? `only ${soloed.join(' and ')} ${soloed.length > 1 ? 'are' : 'is'} heard (solo)`
    : ''
}

function ofPad(of: pad | undefined, number: number): string {
  if (of?.id) return `the sound of pad ${number} could not be loaded`
  if (!plays(of)) return `pad ${number} has no sound`
  return of!.gain === 0 ? `pad ${number} has its gain at silence` : ''
}

const ofRows = (rows: row_state[]) =>
  !rows.length || rows.some(one => one.sounds)
    ? ''
    : rows.every(one => one.absent)
      ? 'no row of the pattern has its sound'
      : 'every row of the pattern is muted'

/** What plays, as this page knows. */
interface Playing {
  preview: boolean
  pad: number | undefined
  pattern: boolean
}

function reasonOf(playing: Playing, volume: number, { mixer, server, rows = [], pad }: Now): string {
  const reasons = [
    playing.preview && ((volume === 0 && 'the volume is 0') || ofChannels('preview', mixer)),
    playing.pad !== undefined && (ofPad(pad, playing.pad) || ofChannels('pads', mixer)),
    playing.pattern && rows.length > 0 && (ofRows(rows) || ofChannels('sequencer', mixer)),
    !server.connected && 'the engine has no JACK server',
  ]
  return reasons.find(Boolean) || ''
}

/** The pad that this page hit a moment ago. */
function useHit(): number | undefined {
  const hit = useCell(lastHit)
  const [shown, setShown] = useState<typeof hit>()
  useEffect(() => {
    setShown(hit)
    const timer = setTimeout(() => setShown(undefined), HIT_MS)
    return () => clearTimeout(timer)
  }, [hit])
  return shown?.pad
}

async function look({ pad, pattern }: Playing): Promise<Now> {
  const [mixer, server, rows, pads] = await Promise.all([
    ask('audio.mixer', {}, 2000),
    ask('audio.server', {}, 2000),
    pattern ? ask('audio.rows', {}, 2000).catch(() => undefined) : undefined,
    pad !== undefined ? ask('audio.pads', {}, 2000) : undefined,
  ])
  return { mixer, server, rows: rows?.each, pad: pads?.each?.find(one => num(one.pad) === pad) }
}

const deviceAlarm = async () => (await ask('supervisor.sound_devices', {}, 5000)).alarm

/** The reason, or ''. Asked for while something plays. */
export function useReason(): string {
  const preview = useCell(hearing, of => of !== undefined && of.voice >= 0)
  const pattern = useCell(transport, of => Boolean(of?.running) && num(of!.pattern) > 0)
  const pad = useHit(),
    volume = useCell(settings, of => of.volume)
  const playing = { preview, pad, pattern },
    isAny = preview || pattern || pad !== undefined
  const [now] = usePolled(
    async () => (isAny ? look(playing) : undefined),
    LOOK_MS,
    [preview, pad, pattern],
    ['audio.sounding_changed', 'audio.server_changed'],
  )
  const [alarm] = usePolled(
    async () => (isAny && !isFar ? deviceAlarm() : ''),
    LOOK_AT_DEVICE_MS,
    [isAny],
    ['audio.server_changed'],
  )
  if (!isAny || !now) return ''
  const reason = reasonOf(playing, volume, now)
  return reason ? `Silent: ${reason}.` : alarm ? `${alarm[0]!.toUpperCase()}${alarm.slice(1)}.` : ''
}
