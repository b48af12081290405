import { select } from "../../src/csrs/selection.ts";
const records = Array.from({length: 20000}, (_, i) => ({id: i+1, domain: `www${i%3000}.shop${i%7}.example.com`, createTime: "2026-01-01 00:00:00", remarks: "renewed by ci run " + i}));
const rules = {domains: ["*.example.com","*.shop1.*","!*.partner.example.com", "www1*"], olderThanMs: 1, remarks: ["*ci*", "!*keep*"], keepNewest: 2};
for (let k=0;k<3;k++){ const t=performance.now(); const c=process.cpuUsage(); select(records, rules, {domains:["pinned.example.com","*.prod.*"], ids:new Set()}, Date.now()); console.log(performance.now()-t, process.cpuUsage(c)); }
