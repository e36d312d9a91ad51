// Backspace that is held in a mode that plays: a key then deletes what it would play. In fields it is of the text.
import { useEffect } from 'preact/hooks'

const FIELDS = 'input:not([type=range], [type=checkbox]), textarea, select'
let held = false

export const isDeleting = () => held

/** Is the target a field, which takes letters, digits and Space itself? */
export const isField = (target: EventTarget | null) => (target as HTMLElement | null)?.closest?.(FIELDS) != null

/** Follows the key while the component is shown. It removes no chip then. */
export function useDeleting() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Backspace' || isField(event.target) || document.querySelector('dialog[open]')) return
      event.preventDefault()
      event.stopPropagation()
      held = true
    }
    const onKeyUp = (event: KeyboardEvent) => { if (event.key === 'Backspace') held = false }
    const onBlur = () => { held = false }
    addEventListener('keydown', onKey, true); addEventListener('keyup', onKeyUp, true); addEventListener('blur', onBlur)
    return () => { held = false; removeEventListener('keydown', onKey, true); removeEventListener('keyup', onKeyUp, true); removeEventListener('blur', onBlur) }
  }, [])
}
