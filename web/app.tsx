import { render } from 'preact'
import { findBlocks } from './block/place.ts'
import { follow } from './live/follow.ts'
import { watchScanner } from './live/scanner.ts'
import { refreshCounts } from './state/counts.ts'
import { refreshUsage } from './state/usage.ts'
import { Frame } from './views/frame.tsx'

const place = document.getElementById('app')
if (place) render(<Frame />, place)
follow()
watchScanner()
void refreshUsage()
void refreshCounts()
void findBlocks()
