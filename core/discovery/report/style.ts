/** One style for the screen and for paper: black on white, tables that repeat their head on every page. */
export const REPORT_STYLE = `
@page { size: A4; margin: 16mm 14mm 18mm; }
body { font: 10.5pt/1.45 "Inter", "Segoe UI", "DejaVu Sans", sans-serif; color: #111; background: #fff; max-width: 190mm; margin: 0 auto; padding: 8mm; }
h1 { font-size: 17pt; margin: 0 0 4mm; } h2 { font-size: 12.5pt; margin: 0 0 2mm; } h2 small { color: #555; font-weight: 400; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.6mm 5mm; margin: 0 0 3mm; } dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
section { margin: 7mm 0 0; break-inside: avoid-page; } section:has(tr:nth-child(20)) { break-inside: auto; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; } tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: 1mm 2mm; border-bottom: 0.2mm solid #bbb; overflow-wrap: anywhere; } th { border-bottom: 0.4mm solid #111; }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.pass { color: #0a5c2b; white-space: nowrap; } .fail { color: #a01010; font-weight: 700; white-space: nowrap; } h2 .pass, h2 .fail { font-size: 10.5pt; }
.result { font-size: 12.5pt; font-weight: 700; margin: 2mm 0; } .note { white-space: pre-wrap; border-left: 0.8mm solid #111; padding-left: 3mm; }
footer { display: flex; gap: 12mm; margin-top: 14mm; break-inside: avoid; } .sign { flex: 1; } .sign p { margin: 0; } .line { border-top: 0.3mm solid #111; padding-top: 1mm; color: #555; font-size: 9pt; }
@media print { body { padding: 0; max-width: none; } }
`;
