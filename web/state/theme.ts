import { effect, signal } from '@preact/signals'

const themes = ['system', 'light', 'dark'] as const
type Theme = (typeof themes)[number]
const key = 'coffer-theme'

export const theme = signal<Theme>(stored())

effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme.value
})

export function cycleTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system'
  try {
    localStorage.setItem(key, theme.value)
  } catch {
    // A page that may not store anything forgets the choice.
  }
}

function stored(): Theme {
  try {
    return themes.find((it) => it === localStorage.getItem(key)) ?? 'system'
  } catch {
    return 'system'
  }
}
