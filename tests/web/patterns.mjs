// patterns.mjs: claims of web_test.py about the song, the library of patterns and MIDI learn.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { giveName, hold_asks, json, loophole, open, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const song = () =>
  asked('project.song')
    .entries.map(one => `${one.bank}/${one.slot}:${one.bars}`)
    .join(' ')

/** A MIDI device: a JACK client that sends the messages of its lines. */
async function device(name) {
  const { server } = asked('audio.server')
  const knob = spawn(process.env.KNOB, [server, name], { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise(done => knob.stdout.once('data', done)) // it says that it is ready
  return { send: message => knob.stdin.write(`${message}\n`), end: () => knob.stdin.end() }
}

const playing = () => asked('audio.pattern')
const waits = () => asked('audio.transport').queued_bar !== undefined

/** A bar lasts ten seconds. */
function play_slowly() {
  loophole('pattern', process.env.PATTERN)
  loophole('transport', 'tempo', '24')
  loophole('transport', 'start')
}

export const patterns = {
  async edits_of_two_pages_within_a_bar_both_hold(browser) {
    play_slowly()
    const pages = [await open(browser, '#mode=kit'), await open(browser, '#mode=kit', hold_asks)]
    const [row] = playing().pattern.sequencer.tracks
    const rests = [...row.pattern].flatMap((step, i) => (step === '.' ? [i] : []))
    const step = (page, i, is) =>
      page.getByRole('group', { name: row.name, exact: true }).getByLabel(`Step ${i + 1}: ${is}`)
    const newest = () => {
      const now = playing()
      return (now.edited ?? now.pattern).sequencer.tracks[0]
    }
    for (const page of pages) await step(page, rests[0], 'off').waitFor()
    await pages[1].evaluate(() => globalThis.hold('audio.pattern')) // it learns nothing of the other page
    await step(pages[0], rests[0], 'off').click()
    await until('the engine has the edit', () => newest().pattern[rests[0]] === 'x')
    loophole('pattern', 'rows', row.name, 'mute=on')
    loophole('transport', 'tempo', '23')
    await step(pages[1], rests[1], 'off').click()
    await until('the second page reads what is newest', () =>
      pages[1].evaluate(() => globalThis.held().includes('audio.pattern')),
    )
    await pages[1].evaluate(() => globalThis.release())
    await until('the engine has both', () => newest().pattern[rests[1]] === 'x')
    assert.equal(newest().pattern[rests[0]], 'x', 'the edit of the first page stays')
    for (const page of pages) for (const rest of rests.slice(0, 2)) await step(page, rest, 'on').waitFor()
    await until('they play', () => playing().pattern.sequencer.tracks[0].pattern === newest().pattern && !waits())
    assert.equal(playing().pattern.sequencer.tracks[0].mute, true, 'the row that was muted meanwhile stays so')
    assert.equal(playing().pattern.sequencer.bpm, 23, 'no edit brings an old tempo back')
    loophole('transport', 'stop')
    await pages[1].context().close()
    return pages[0]
  },

  async an_edit_while_another_pattern_waits_for_its_bar_takes_nothing_from_it(browser) {
    loophole('transport', 'stop')
    loophole('pattern', process.env.PATTERN)
    loophole('pattern', 'save', '9')
    play_slowly()
    const page = await open(browser, '#mode=kit')
    const [row] = playing().pattern.sequencer.tracks,
      rest = row.pattern.indexOf('.')
    const step = is => page.getByRole('group', { name: row.name, exact: true }).getByLabel(`Step ${rest + 1}: ${is}`)
    const heard = () => playing().pattern.sequencer.tracks[0].pattern[rest]
    await step('off').waitFor()
    let loaded
    await until('what plays has the step while the other one waits', async () => {
      if (!waits()) {
        loophole('pattern', 'load', '9')
        loaded = playing().newest
      }
      if (heard() === '.') await step('off').click()
      await until('the page has sent it', () => heard() === 'x' || !waits())
      return heard() === 'x' && waits() && playing().newest === loaded
    })
    await step('on').waitFor()
    await until('the other one plays, without the step', () => playing().number === loaded && heard() === '.')
    await step('off').waitFor()
    loophole('transport', 'stop')
    // else a pattern waits for a bar that never begins
    await until('it has stopped', () => !asked('audio.transport').running)
    return page
  },

  async a_song_is_made_played_and_followed_on_the_page(browser) {
    loophole('pattern', process.env.PATTERN)
    loophole('pattern', 'save', '1')
    loophole('pattern', 'save', '2')
    const page = await open(browser, '#mode=kit&desk=song', hold_asks)
    const section = page.locator('section[aria-label=Song]')
    const add = async (slot, bars) => {
      const before = await section.locator('[data-entry]').count()
      await section.getByLabel('of slot').fill(String(slot))
      await section.getByLabel('for bars').fill(String(bars))
      await section.getByRole('button', { name: 'Add an entry' }).click()
      await section.locator(`[data-entry="${before + 1}"]`).waitFor()
    }
    await add(1, 2)
    await add(2, 1)
    await add(1, 0)
    await until('the engine has the entries', () => song() === '1/1:2 1/2:1 1/1:0')
    await section.getByLabel('Bars of entry 3').fill('4')
    await section.getByLabel('Bars of entry 3').press('Enter')
    await until('the engine has the bars', () => song() === '1/1:2 1/2:1 1/1:4')
    await section.getByRole('button', { name: 'Move entry 2 up' }).click()
    await until('the engine has the order', () => song() === '1/2:1 1/1:2 1/1:4')
    await section.getByRole('button', { name: 'Remove entry 3' }).click()
    await until('the engine has two entries', () => song() === '1/2:1 1/1:2')
    // the box shows what the engine has, after its answer
    await section.getByLabel('Again from the first entry').click()
    await until('the song repeats', () => asked('project.song').loop)
    await section.getByRole('button', { name: 'Play the song' }).click()
    for (const entry of [1, 2, 1])
      await until(
        `entry ${entry} is marked`,
        async () => (await section.getAttribute('data-playing')) === String(entry),
      )
    await section.getByRole('button', { name: 'End the song' }).click()
    await until('no song plays', () => asked('audio.transport').song === undefined)
    await section.getByText('Entry', { exact: false }).first().waitFor()
    await section.getByRole('button', { name: 'Play from here, entry 2' }).click()
    await until('it plays from there', () => asked('audio.transport').song === 2)
    loophole('song', 'set', '1:1', '1:2', '1:3', '1:4')
    await until(
      'the song of another client is shown',
      async () => (await section.locator('[data-entry]').count()) === 4,
    )
    await page.evaluate(() => globalThis.hold('project.set_song'))
    await section.getByRole('button', { name: 'Remove entry 1' }).click()
    await section.getByLabel('Bars of entry 1').fill('7') // of the second, while the first change has no answer
    await section.getByRole('button', { name: 'Move entry 1 down' }).click()
    await page.evaluate(() => globalThis.release())
    await until('each change holds', () => song() === '1/1:3 1/1:7 1/1:4')
    loophole('song', 'set', '2')
    await until(
      'the song of another client is shown',
      async () => (await section.locator('[data-entry]').count()) === 1,
    )
    loophole('song', 'stop')
    loophole('transport', 'stop')
    return page
  },

  async patterns_of_the_library_are_found_kept_loaded_and_changed_on_the_page(browser) {
    loophole('transport', 'stop')
    loophole('pattern', process.env.PATTERN)
    const page = await open(browser, '#mode=kit&desk=library')
    const section = page.locator('section[aria-label="Pattern library"]')
    const line = place => section.locator(`[data-place="${place}"]`)
    const keep = async name => {
      await section.getByLabel('as', { exact: true }).fill(name)
      await section.getByRole('button', { name: 'Save the playing pattern' }).click()
    }
    const press = async (place, name, typed) => {
      await line(place).getByRole('button', { name, exact: true }).click()
      if (typed !== undefined) await giveName(page, typed)
    }
    await keep('techno/One')
    await keep('Two')
    await line('techno/One').waitFor()
    await line('user/Two').waitFor()
    const number = asked('audio.transport').pattern
    await press('techno/One', 'Load')
    await until('the engine plays it', () => asked('audio.transport').pattern > number)
    await press('user/Two', 'Rename…', 'Three')
    await line('user/Three').waitFor()
    await press('user/Three', 'Copy…', 'Four')
    await line('user/Four').waitFor()
    await press('user/Three', 'Move…', 'techno')
    await line('techno/Three').waitFor()
    await section.getByLabel('Folder or genre').fill('techno')
    await line('user/Four').waitFor({ state: 'detached' })
    assert.equal(await section.locator('[data-place]').count(), 2)
    await section.getByLabel('Name', { exact: true }).fill('thr')
    await line('techno/One').waitFor({ state: 'detached' })
    await press('techno/Three', 'Archive')
    await line('techno/Three').waitFor({ state: 'detached' })
    await section.getByLabel('Archived').check()
    await press('techno/Three', 'Unarchive')
    await line('techno/Three').waitFor({ state: 'detached' })
    await section.getByLabel('Archived').uncheck()
    await section.getByLabel('Folder or genre').fill('')
    await section.getByLabel('Name', { exact: true }).fill('')
    await press('user/Four', 'Delete')
    await line('user/Four').waitFor({ state: 'detached' })
    await section.getByRole('button', { name: 'Undo in the library' }).click()
    await line('user/Four').waitFor()
    await press('user/Four', 'As MIDI')
    await until('the page says where it is', async () =>
      /Exported .*Four\.mid/.test(await page.locator('.remark').innerText()),
    )
    await press('user/Four', 'Delete')
    await section.getByRole('button', { name: 'Import MIDI…' }).click()
    await giveName(page, 'Four')
    await until('it is imported', () =>
      json('pattern', 'list', 'view=library').some(one => JSON.stringify(one).includes('user/Four')),
    )
    await section.getByLabel('Rhythm like the playing pattern').check()
    await until('the nearest is the same', async () => (await section.locator('[data-place]').count()) >= 3)
    return page
  },

  async a_control_is_learned_and_forgotten_on_the_page(browser) {
    const page = await open(browser, '#mode=mix')
    const section = page.locator('section[aria-label="MIDI controls"]')
    const connect = async (name, port) => {
      const knob = await device(name)
      await section.getByLabel('Device', { exact: true }).fill(`${name}:out`)
      await section.locator('[aria-label=Devices] select').selectOption(port)
      await section.getByRole('button', { name: 'Connect', exact: true }).click()
      await section.locator(`[data-device="${name}:out"]`, { hasText: port }).waitFor()
      await until('the device is connected', () =>
        asked('audio.ports').each.some(one => one.port === port && one.made && one.to.startsWith(name)),
      )
      return knob
    }
    const knob = await connect('pagepult', 'midi_in')
    const second = await connect('zweitpult', 'midi_in_2')
    const waiting = () =>
      readFileSync(`${process.env.LOOPHOLE_HOME}/data/log/project.log`, 'utf8').split('waits for a MIDI control').length
    const learn = async (target, message, from = knob) => {
      const before = waiting()
      await section.getByLabel('Target').fill(target)
      await section.getByRole('button', { name: 'Learn', exact: true }).click()
      await until(
        'the page asks for the control',
        async () => (await section.getByLabel('Learning').innerText()) === 'Move the control now.',
      )
      await until('the engine waits for it', () => waiting() > before)
      from.send(message)
    }
    const pan = () => asked('audio.mixer').strips.find(one => one.bus === 'sounds').pan
    await section.getByLabel('Mode').selectOption('jump')
    await learn('mixer/sounds/pan', 'b3 0a 40')
    await section.locator('[data-target="mixer/sounds/pan"]', { hasText: 'cc/4/10' }).waitFor()
    knob.send('b3 0a 7f')
    await until('the control moves the pan', () => pan() === 1)
    await learn('mixer/pads/pan', 'b3 0a 40')
    await until('the page says what the control moves', async () =>
      (await page.locator('.remark.bad').innerText()).includes('cc/4/10 moves mixer/sounds/pan'),
    )
    await section.getByLabel('Also if it controls something else').check()
    await learn('mixer/pads/pan', 'b3 0a 40')
    await section.locator('[data-target="mixer/sounds/pan"]').waitFor({ state: 'detached' })
    await learn('mixer/streams/pan', 'b3 0a 40', second) // the same message, of the device at another port
    const line = section.locator('[data-target="mixer/streams/pan"]', { hasText: '2:cc/4/10' })
    await line.getByText('zweitpult').waitFor()
    await section.locator('[data-target="mixer/pads/pan"]').getByText('pagepult').waitFor()
    second.send('b3 0a 00')
    await until(
      'each device moves its own',
      () => asked('audio.mixer').strips.find(one => one.bus === 'streams').pan === -1,
    )
    await section.getByRole('button', { name: 'Disconnect zweitpult:out from midi_in_2' }).click()
    await section.locator('[data-device="zweitpult:out"]').waitFor({ state: 'detached' })
    await section.getByLabel('Control', { exact: true }).fill('note/10/36')
    await section.getByLabel('Target').fill('pads/3')
    await section.getByRole('button', { name: 'Learn', exact: true }).click()
    await section.locator('[data-target="pads/3"]', { hasText: 'note/10/36' }).waitFor()
    await section.getByRole('button', { name: 'Forget pads/3' }).click()
    await section.locator('[data-target="pads/3"]').waitFor({ state: 'detached' })
    loophole('midi', 'forget', 'all')
    await section.getByText('No control is bound').waitFor()
    loophole('ask', 'audio.set_strip', 'strip={"bus":"sounds","pan":0}')
    loophole('ask', 'audio.set_strip', 'strip={"bus":"pads","pan":0}')
    loophole('ask', 'audio.set_strip', 'strip={"bus":"streams","pan":0}')
    loophole('audio', 'disconnect', 'midi_in', 'pagepult:out')
    knob.end()
    second.end()
    return page
  },
}
