// strips.mjs: claims of web_test.py about the outputs, the sends and the insert of a channel, and the values of a row.
import { spawn } from 'node:child_process'
import { strict as assert } from 'node:assert'
import { giveName, loophole, open, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const near = (value, wanted) => Math.abs(value - wanted) < 1e-3

/** A JACK client with two inputs and two outputs, which passes its sound on. */
async function effect(name) {
  const { server } = asked('audio.server')
  const through = spawn(process.env.THROUGH, [server, name, '2', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise(done => through.stdout.once('data', done)) // it says that it is ready
  return through
}

const ended = process =>
  new Promise(done => {
    process.once('exit', done)
    process.kill('SIGKILL')
  })

export const strips = {
  async a_strip_has_its_sends_its_own_ports_and_pfl(browser) {
    const page = await open(browser, '#mode=mix')
    const strip = page.locator('.strip[aria-label=pads]')
    const bus = () => asked('audio.mixer').strips.find(one => one.bus === 'pads')
    for (const [title, key] of [
      ['Reverb', 'reverb_send'],
      ['Delay', 'delay_send'],
    ]) {
      await strip.getByLabel(title).fill('0.4')
      await until(`the engine has ${key}`, () => near(bus()[key], 0.4))
      assert.equal(await strip.getByLabel(title).getAttribute('aria-valuetext'), '40 %')
      await strip.getByLabel(title).fill('0')
      await until('and takes it back', () => !bus()[key])
    }
    for (const [title, key] of [
      ['Direct out', 'apart'],
      ['Cue', 'pfl'],
    ]) {
      await strip.getByRole('button', { name: title }).click()
      await until(`the engine has ${key}`, () => bus()[key] === true)
      await until(
        'the page shows it',
        async () => (await strip.getByRole('button', { name: title }).getAttribute('aria-pressed')) === 'true',
      )
      await strip.getByRole('button', { name: title }).click()
      await until('and takes it back', () => !bus()[key])
    }
    assert.equal(await page.locator('.strip[aria-label=master]').getByRole('button', { name: 'Cue' }).count(), 0)
    assert.equal(await page.locator('.strip[aria-label=preview]').getByText('Insert').count(), 0)
    return page
  },

  async an_insert_is_set_seen_and_removed_on_the_page(browser) {
    const page = await open(browser, '#mode=mix')
    const strip = page.locator('.strip[aria-label=pads]')
    const insert = strip.getByRole('group', { name: 'Insert of pads' })
    const shows = text =>
      until(`the strip shows: ${text}`, async () => (await insert.locator('output').textContent()) === text)
    const choose = to => insert.getByRole('combobox').selectOption(to)
    const inserts = () =>
      asked('audio.inserts')
        .each.map(one => `${one.channel} ${one.to} ${one.made}`)
        .join()
    await shows('none')
    await choose('other')
    await giveName(page, 'nobody:in')
    await until('an unknown client is reported', async () =>
      (await page.locator('body').innerText()).includes('no JACK client has an audio input nobody:in'),
    )
    let room = await effect('room')
    await insert.getByRole('option', { name: 'room', exact: true }).waitFor({ state: 'attached' })
    await choose('room:in_1,in_2')
    await until('the engine has the insert', () => inserts() === 'pads room:in_1,in_2 true')
    await shows(`${asked('audio.inserts').each[0].latency} frames later`)
    await ended(room)
    await shows('is away')
    await until('the strip says why', async () =>
      /room:in_1,in_2: no JACK client has an audio input room:in_1/.test(await insert.locator('.path').innerText()),
    )
    room = await effect('room')
    await shows(`${asked('audio.server').period} frames later`)
    await choose('')
    await until('the engine has no insert', () => inserts() === '')
    await shows('none')
    await ended(room)
    return page
  },

  async the_values_of_a_row_are_edited_on_the_page(browser) {
    loophole('transport', 'stop')
    loophole('pattern', process.env.PATTERN)
    const [before, ...others] = asked('audio.pattern').pattern.sequencer.tracks
    const first = () => asked('audio.pattern').pattern.sequencer.tracks[0]
    const page = await open(browser, '#mode=kit&desk=row')
    const section = page.locator('section[aria-label=Desk]')
    await section.getByLabel('Values of the row').selectOption(before.name)
    const editor = section.getByRole('group', { name: `Values of ${before.name}` })
    const values = [
      ['Level', '0.4', 'base_amp', 0.4],
      ['Pan', '-0.5', 'pan', -0.5],
      ['Pitch, semitones', '12', 'ratio', 2],
      ['Choke group', '3', 'choke', 3],
      ['Low-pass, Hz', '800', 'filter_freq', 800],
      ['Reverb', '0.3', 'reverb_send', 0.3],
      ['Delay', '0.25', 'delay_send', 0.25],
      ['Length, steps', '0.7', 'gate_frac', 0.7],
    ]
    for (const [title, typed, key, value] of values) {
      await editor.getByLabel(title, { exact: true }).fill(typed)
      await editor.getByLabel(title, { exact: true }).press('Enter')
      await until(`the engine has ${key}`, () => near(first()[key], value))
    }
    for (const [, , key, value] of values)
      assert(near(first()[key], value), `${key} is still ${value}: ${first()[key]}`)
    await editor.getByLabel('Choke group').fill('')
    await editor.getByLabel('Choke group').press('Enter')
    await until('an empty field takes the group away', () => !first().choke)
    assert.equal(first().pattern, before.pattern)
    assert.deepEqual(asked('audio.pattern').pattern.sequencer.tracks.slice(1), others, 'no other row changed')
    return page
  },
}
