// shots.mjs: pictures of each mode in both themes and three sizes, in the folder PICTURES, for people to look at. A
// line for each part that the screen does not hold, that lies on another one, or that axe finds.
import { FILLED, fill, find_misplaced } from './frame.mjs'
import { check_axe, desk, open, picture, reload } from './browser.mjs'

const SIZES = {
  1280: { width: 1280, height: 800 },
  400: { width: 400, height: 800 },
  1920: { width: 1920, height: 1080 },
}

async function shoot(page, name) {
  await picture(page, name)
  for (const one of await page.evaluate(find_misplaced)) console.log(`${name}: ${one}`)
  await check_axe(page).catch(error => console.log(`${name}: ${error.actual?.join(' | ') ?? error}`))
}

/** The modes, with an item and what plays. */
async function shootModes(browser, theme, size) {
  const page = await open(browser, '', undefined, { viewport: SIZES[size], colorScheme: theme })
  await page.evaluate(theme => {
    localStorage.setItem('loophole', JSON.stringify({ theme, preview: false }))
  }, theme)
  await reload(page)
  for (const mode of Object.keys(FILLED)) {
    await page.evaluate(hash => {
      location.hash = hash
    }, `mode=${mode}&q=drum`)
    await fill(page, mode)
    if (await page.locator('.ranges').count()) await page.locator('.bars[data-bars]').first().waitFor()
    if (await page.locator('.row').count()) await page.locator('.row').nth(2).click()
    await shoot(page, `${theme}-${size}-${mode}`)
  }
  return page
}

export const shots = {
  async each_mode_is_pictured(browser) {
    let page
    for (const theme of ['dark', 'light'])
      for (const size of Object.keys(SIZES)) {
        await page?.context().close()
        page = await shootModes(browser, theme, size)
        if (size !== '1280') continue
        for (const part of ['Build', 'Pad 0', 'Slots', 'Song', 'Library']) {
          await page.evaluate(() => {
            location.hash = 'mode=kit&q=drum'
          })
          await desk(page, part)
          await shoot(page, `${theme}-${size}-kit-${part.replace(/\W/g, '').toLowerCase()}`)
        }
        await page.keyboard.press('Control+k')
        await shoot(page, `${theme}-${size}-palette`)
        await page.keyboard.press('Escape')
      }
    return page
  },
}
