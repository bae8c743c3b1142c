/** RFC 4180, with a byte order mark: spreadsheets take it for UTF-8. */
export function toCsv(header: string[], rows: string[][]): string {
  return '\uFEFF' + [header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

// A cell that begins like a formula would be run by a spreadsheet: it gets a leading apostrophe (OWASP, CSV injection).
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
