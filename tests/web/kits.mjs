// kits.mjs: claims of web_test.py about kits: the builder, the pads with their slots, what was played.
import { strict as assert } from 'node:assert'
import { check_axe, desk, json, loophole, mode, open, reload, showsTotal, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
/** The kit on the pads. */
const onPads = () => {
  const id = asked('project.kits', 'limit=1').loaded
  return id && asked('project.kit', `kit=${id}`)
}
const soundOf = name => onPads().slots.find(one => one.slot === name).layers?.[0]?.media
const section = page => page.locator('main.kit')
const line = (page, slot) => section(page).locator(`.kitslots [data-slot="${slot}"]`)
const remark = (page, text) => page.locator('.remark:not(.bad)', { hasText: text }).waitFor()

async function build(page, family) {
  const before = onPads()?.id
  await desk(page, 'Build')
  await section(page).getByRole('group', { name: 'Build' }).getByRole('button', { name: family, exact: true }).click()
  const kit = await until(`a ${family} kit is on the pads`, () => {
    const now = onPads()
    return now?.id !== before && now.family === family && now
  })
  await desk(page, 'Kits')
  await until(
    'the page lists it',
    async () => (await section(page).locator('[aria-label="Name of the kit"]').inputValue()) === kit.name,
  )
  return kit
}

/** Silence, then what `deed` makes sound on the channel of the pads. */
async function sounds(what, deed) {
  loophole('panic')
  const quiet = () => asked('audio.meters').meters.every(one => one.bus !== 'pads' || one.peak_left < 1e-4)
  await until('the pads are silent', quiet)
  const since = asked('audio.meters').transport.frame
  await deed()
  await until(`${what} sounds`, () =>
    asked('audio.meters', `since=${since}`).meters.some(one => one.bus === 'pads' && one.peak_left > 0),
  )
}

export const kits = {
  async a_kit_is_built_played_swapped_held_and_kept_on_the_page(browser) {
    const page = await open(browser, '#mode=kit', undefined, { hasTouch: true })
    const all = section(page),
      pads = all.locator('.pad')
    const kit = await build(page, 'drum')
    for (const slot of kit.slots)
      await line(page, slot.slot)
        .getByText(slot.placeholder || slot.why, { exact: true })
        .waitFor()
    await all.getByText(`now from seed ${kit.seed}`).waitFor()
    const [low, next] = await Promise.all([0, 1].map(at => pads.nth(at).boundingBox())),
      top = await pads.nth(15).boundingBox()
    assert(low.x < next.x && low.y === next.y && low.y > top.y, 'pad 0 is at the bottom left')
    const played = kit.slots.filter(one => one.layers?.length)
    for (const slot of played) {
      const pad = pads.nth(slot.pad)
      await pad.locator('canvas').waitFor()
      assert.match(await pad.innerText(), new RegExp(`${slot.pad ? '' : 'C2/36'}[^]*${slot.slot}[^]*`))
    }
    const { slot: name, pad: number } = played[0],
      pad = pads.nth(number)
    await until('the pad can be hit', async () => (await pad.getAttribute('aria-disabled')) !== 'true')
    await sounds('a touch', () => pad.tap())
    await sounds('a click', () => pad.click())

    const first = soundOf(name)
    const swaps = async (what, deed) => {
      const was = soundOf(name)
      await deed()
      await until(`${what} swaps the sound`, () => soundOf(name) !== was)
      return soundOf(name)
    }
    const second = await swaps('a key', () => page.keyboard.press('.'))
    await until('the page names it', async () =>
      (await pad.getAttribute('title')).includes(json('show', second)[0].name),
    )
    await swaps('the wheel', async () => {
      await pad.hover()
      await page.mouse.wheel(0, 120)
    })
    assert.equal(
      await swaps('back', () =>
        line(page, name)
          .getByRole('button', { name: `Back to the sound before: ${name}` })
          .click(),
      ),
      second,
    )
    await page.keyboard.press('l')
    await until('it is held', () => onPads().slots.find(one => one.slot === name).locked)
    await line(page, name)
      .getByRole('button', { name: `Hold ${name}`, pressed: true })
      .waitFor()
    await all.getByLabel('Seed of randomise').fill('77')
    await all.getByLabel('Spread').fill('1')
    const others = () =>
      onPads()
        .slots.filter(one => one.slot !== name)
        .map(one => one.layers?.[0]?.media)
        .join()
    const was = others()
    await all.getByRole('button', { name: 'Randomise' }).click()
    await until('the others have other sounds', () => others() !== was)
    await all.getByText('now from seed 77').waitFor()
    assert.equal(soundOf(name), second, 'a slot that is held stays')
    await check_axe(page)

    await all.getByLabel('Name of the kit').fill('Attic')
    await all.getByLabel('Name of the kit').press('Enter')
    await until('it has its name', () => onPads().name === 'Attic')
    await all.locator('.current select').selectOption('global')
    await until('it is kept for all projects', () => onPads().scope === 'global')
    await all.locator('.current').getByLabel('Tags').fill('dusty, late')
    await all.locator('.current').getByLabel('Tags').press('Enter')
    await until('it has its tags', () => onPads().tags.join() === 'dusty,late')
    await line(page, name)
      .getByRole('button', { name: `Hold ${name}` })
      .click()
    await until('it is free', () => !onPads().slots.find(one => one.slot === name).locked)
    loophole('preset', 'save', 'Sub', 'wave=sine', 'freq=55')
    await pad.click()
    await all.getByLabel('Preset of the slot').selectOption('Sub')
    await until('the slot plays the preset', () =>
      asked('audio.pads').each.some(one => one.pad === number && one.wave === 'sine' && one.freq === 55),
    )
    await line(page, name).getByText('Sub', { exact: true }).waitFor()
    await all.getByRole('button', { name: '8 × 8' }).click()
    await until('there are 64 pads', async () => (await pads.count()) === 64)
    for (const bank of ['64', '0']) {
      await all.getByLabel('Bank of pads').selectOption(bank)
      await until('its pads are shown', async () => (await pads.first().getAttribute('data-pad')) === bank)
    }
    await until('the project keeps the layout', () => loophole('pads', 'layout').trim() === '8x8')
    await reload(page)
    await until(
      'a page that is loaded again has the layout, and the kit',
      async () => (await pads.count()) === 64 && (await pad.innerText()).includes(name),
    )
    loophole('pads', 'layout', '4x4')
    await until('the page follows', async () => (await pads.count()) === 16)
    await build(page, 'texture')
    const found = all.locator('.kitlist li')
    await all.getByLabel('Find a kit').fill('dusty kick')
    await until('only that kit is listed', async () => (await found.count()) === 1)
    await found.getByRole('button').click()
    await until('it is on the pads again', () => onPads().name === 'Attic')
    assert.notEqual(soundOf(name), first)
    loophole('kit', 'remove', 'Attic')
    await until('the page knows that it is gone', async () => (await found.count()) === 0)
    return page
  },

  async a_row_is_dragged_onto_a_pad_and_what_was_played_becomes_a_clip(browser) {
    const page = await open(browser, '#q=bass_hit')
    await showsTotal(page, 'bass_hit')
    loophole('kit', 'load', json('kit', 'build', '--scope', 'ephemeral', '--slots', 'snare')[0].id)
    const row = page.locator('.row').first(),
      id = await row.getAttribute('data-id')
    for (const [number, what] of [
      [0, 'the slot of the pad has it'],
      [5, 'an empty pad becomes a slot'],
    ]) {
      const [from] = await Promise.all([row.locator('[role=gridcell]').nth(2).boundingBox()])
      await page.mouse.move(from.x + 20, from.y + 10)
      await page.mouse.down()
      await page.mouse.move(from.x + 60, from.y + 40, { steps: 4 })
      const place = page.locator(`.paddrop [data-pad="${number}"]`)
      await place.waitFor()
      const to = await place.boundingBox()
      await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 4 })
      await page.mouse.up()
      await until(what, () => onPads().slots.find(one => one.pad === number)?.layers?.[0]?.media === id)
      await until('and the pad', () => asked('audio.pads').each.find(one => one.pad === number)?.sound !== undefined)
    }
    assert.equal(onPads().slots.length, 2)
    await row.click()
    await page.keyboard.press('Control+.')

    await mode(page, 'Kit')
    const all = section(page),
      pad = all.locator('.pad').nth(0)
    await until('the pad can be hit', async () => (await pad.getAttribute('aria-disabled')) !== 'true')
    await desk(page, 'Build')
    await all.getByRole('group', { name: 'Build' }).getByRole('button', { name: 'by syllables' }).click()
    const chops = await until('its parts are on the pads', () => {
      const now = onPads()
      return now.slots.every(one => one.layers?.[0]?.media === id && one.layers[0].end) && now
    })
    chops.slots.forEach((slot, at) => assert.equal(slot.layers[0].start, at ? chops.slots[at - 1].layers[0].end : 0))
    assert.equal(chops.slots.at(-1).layers[0].end, asked('search.get', `id=${id}`).item.media.frames)

    loophole('transport', 'start')
    await until('a bar begins', () => asked('audio.transport').bar >= 1)
    await pad.click()
    await page.keyboard.press('z')
    loophole('transport', 'stop')
    const clips = () => json('project', 'show').filter(one => one.kind === 'clip').length
    const before = clips()
    await all.getByLabel('quantise').selectOption('1/16')
    await all.getByLabel('Track', { exact: true }).fill('Taps')
    await all.getByRole('button', { name: 'Commit 1 bar' }).click()
    await remark(page, 'on track Taps from beat')
    assert.equal(clips(), before + 1)
    await all.locator('.commit select').first().selectOption('audio')
    await all.getByRole('button', { name: 'Commit 1 bar' }).click()
    await until('the bar is an audio clip too', () => clips() === before + 2)
    await all.locator('.commit select').first().selectOption('pattern')
    await all.getByLabel('Slot of the pattern').fill('7')
    await all.getByRole('button', { name: 'Commit 1 bar' }).click()
    await until('the bar is a pattern in the slot', () =>
      asked('project.list_patterns').slots?.some(one => one.slot === 7),
    )
    assert.equal(clips(), before + 2)
    return page
  },

  async a_pad_that_a_lock_holds_is_shown_and_freed(browser) {
    const make = (...slots) => json('kit', 'build', '--scope', 'ephemeral', '--slots', slots.join())[0]
    const wide = make('snare', 'clap', 'hat'),
      narrow = make('kick')
    loophole('kit', 'load', wide.id)
    loophole('kit', 'lock', 'snare', 'hat')
    loophole('kit', 'load', narrow.id)
    const page = await open(browser, '#mode=kit'),
      all = section(page),
      pad = number => all.locator(`.pad[data-pad="${number}"]`)
    for (const [number, slot] of [
      [0, 'snare'],
      [2, 'hat'],
    ]) {
      await pad(number).getByText(slot, { exact: true }).waitFor()
      assert((await pad(number).getAttribute('title')).includes(`locked: ${slot} of ${wide.name}`))
    }
    await desk(page, 'Kits')
    await line(page, 'kick').getByText(`locked: the pad plays snare of ${wide.name}`).waitFor()
    await all.getByText('2 pads stay of kits before').waitFor()
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT })
    await line(page, 'kick').getByRole('button', { name: 'Hold kick', pressed: true }).click()
    await until(
      'the lock of its pad has ended',
      () =>
        onPads()
          .held?.map(one => one.pad)
          .join() === '2',
    )
    await line(page, 'kick').getByRole('button', { name: 'Next sound: kick' }).click()
    await until('the slot has another sound', () => soundOf('kick') !== narrow.slots[0].layers[0].media)
    await pad(0).getByText('kick', { exact: true }).waitFor()
    await all.getByRole('button', { name: 'Free all' }).click()
    await until('all locks have ended', () => !onPads().held)
    return page
  },

  async what_is_hit_flashes_whoever_plays(browser) {
    loophole('kit', 'load', json('kit', 'build', '--scope', 'ephemeral', '--slots', 'snare')[0].id)
    loophole('pattern', process.env.PATTERN)
    const page = await open(browser, '#mode=kit')
    await page.evaluate(() => {
      window.flashes = []
      const animate = Element.prototype.animate
      Element.prototype.animate = function (...args) {
        window.flashes.push(
          [this.className, this.closest('[data-pad]')?.dataset.pad, this.closest('.steps')?.getAttribute('aria-label')]
            .filter(Boolean)
            .join(' '),
        )
        return animate.apply(this, args)
      }
    })
    const flashed = (what, deed) =>
      until(`${what} flashes`, async () => {
        await deed?.()
        return (await page.evaluate(() => window.flashes)).includes(what)
      })
    await section(page).locator('.pad').first().waitFor()
    await flashed('flash 0', () => loophole('pads', 'hit', '0'))
    loophole('transport', 'start')
    await flashed(`flash ${asked('audio.pattern').pattern.sequencer.tracks[0].name}`)
    loophole('transport', 'stop')
    await mode(page, 'Map')
    await page.locator('main.map[data-points]').waitFor()
    await flashed('spark', () => loophole('pads', 'hit', '0'))
    return page
  },
}
