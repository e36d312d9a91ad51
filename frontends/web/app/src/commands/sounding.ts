// Commands about what sounds, in all modes.
import { hush, panic } from '../sound/hear'
import { build as buildKit } from '../kit/kits'
import { giveUp } from '../items/list'
import { keyName, LOOP_KEYS, lineOfLoop, lookAtLoops, playAllLoops, pressLoop, stopAllLoops } from '../loops/loops'
import { complain, set, settings } from '../base/state'
import { THEMES } from '../base/theme'
import { ask } from '../connection/wire'
import { EVERYWHERE, LIST, PAGE_ONLY, type Command } from './command'
import { doing, one } from './lines'

const at = (command: Omit<Command, 'when'>): Command => ({ ...command, when: EVERYWHERE })

export const SOUNDING: Command[] = [
  at({
    name: 'Panic: silence everything',
    keys: ['Ctrl+.'],
    also: 'dialogs',
    run: panic,
    line: () => 'loophole panic',
  }),
  at({
    name: 'Stop the preview',
    keys: ['Escape'],
    says: 'Stop the preview, end the selection, close an error',
    run: event => (event ? giveUp : hush)(),
    line: () => 'loophole preview stop',
  }),
  {
    name: 'Play while browsing: on or off',
    keys: ['p'],
    when: LIST,
    run: () => set({ preview: !settings.value.preview }),
    line: () => 'loophole preview next',
  },
  ...[
    {
      name: 'Loop: on or off',
      run: () => set({ loop: !settings.value.loop }),
      line: () => `loophole preview ${one()} --loop`,
    },
    {
      name: 'In tempo and key: on or off',
      run: () => set({ inContext: !settings.value.inContext }),
      line: () => `loophole preview ${one()} --in-context`,
    },
    {
      name: 'Hear through JACK or through this browser',
      run: () => {
        hush()
        set({ through: settings.value.through === 'jack' ? 'browser' : 'jack' })
      },
      line: PAGE_ONLY,
    },
    ...THEMES.map(theme => ({ name: `Colours: ${theme}`, run: () => set({ theme }), line: PAGE_ONLY })),
    {
      name: 'Waveforms or spectrograms',
      run: () => set({ spectral: !settings.value.spectral }),
      line: () => `loophole artefact ${one()} spectrogram --png FILE`,
    },
    {
      name: 'Waveforms by class or by brightness',
      run: () => set({ bright: !settings.value.bright }),
      line: PAGE_ONLY,
    },
    {
      name: 'Go to bar 1',
      run: () => doing(ask('audio.locate', { bar: 0 }), 'The transport is at bar 1.'),
      line: () => 'loophole transport locate 1',
    },
    { name: 'Tap the tempo', run: () => ask('audio.tap', {}).catch(complain), line: () => 'loophole transport tap' },
    ...[true, false].map(on => ({
      name: `Metronome ${on ? 'on' : 'off'}`,
      run: () => ask('audio.set_metronome', { on }).catch(complain),
      line: () => `loophole transport metronome ${on ? 'on' : 'off'}`,
    })),
    ...Array.from({ length: LOOP_KEYS }, (_, number) => ({
      name: `Loop ${keyName(number)}: capture, play or stop`,
      run: () => lookAtLoops().then(() => pressLoop(number), complain),
      line: () => lineOfLoop(number),
    })),
    { name: 'Play all loops', run: playAllLoops, line: () => 'loophole loop play all' },
    { name: 'Stop all loops', run: stopAllLoops, line: () => 'loophole loop stop all' },
    {
      name: 'Build a drum kit',
      run: () => {
        buildKit({ family: 'drum', query: '', key: '', like: 'any', seed: undefined }, [])
      },
      line: () => 'loophole kit build --kind drum',
    },
    {
      name: 'Record',
      run: () => doing(ask('streamer.record', {}, 20000), 'Recording.'),
      line: () => 'loophole record start',
    },
    {
      name: 'End the take',
      run: () => doing(ask('streamer.record_stop', {}, 60000), 'The take is final.'),
      line: () => 'loophole record stop',
    },
    {
      name: 'Abandon the take',
      run: () => doing(ask('streamer.record_cancel', {}, 20000), 'The take is abandoned.'),
      line: () => 'loophole record cancel',
    },
  ].map(at),
]
