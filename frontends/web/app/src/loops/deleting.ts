// Backspace that is held in a mode that plays: a key then deletes what it would play. In fields it is of the text.
import { useEffect } from 'preact/hooks'

let held = false

export const isDeleting = () => held
export const beginDeleting = () => {
  held = true
}

/** Ends it when the key is let go, or gets out of sight. */
export function useDeleting() {
  useEffect(() => {
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === 'Backspace') held = false
    }
    const onBlur = () => {
      held = false
    }
    addEventListener('keyup', onKeyUp, true)
    addEventListener('blur', onBlur)
    return () => {
      held = false
      removeEventListener('keyup', onKeyUp, true)
      removeEventListener('blur', onBlur)
    }
  }, [])
}
