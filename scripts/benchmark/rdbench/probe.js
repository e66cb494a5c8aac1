// In-page probe. Reads the marker strip from the viewer's <video> or <canvas>
// and records (performance.now(), frame counter, event counter) when it changes.
(() => {
  if (window.__rd) return;
  const G = __GEOMETRY__;
  const S = { samples: [], bad: 0, ticks: 0, ctr: -1, ev: -1, lastInput: null, run: 0, waiters: [], mode: '' };
  const note = (e) => { S.lastInput = { type: e.type, ts: e.timeStamp, now: performance.now() }; };
  // pointerdown: a viewer that prevents its default gets no mousedown. Both carry the same time stamp.
  for (const t of ['pointerdown', 'mousedown', 'keydown']) window.addEventListener(t, note, true);

  const DW = G.NBITS * 8, DH = 4;
  const cv = document.createElement('canvas'); cv.width = DW; cv.height = DH;
  const cx = cv.getContext('2d', { willReadFrequently: true });

  function decode(lum) {              // lum(i) -> brightness 0..255 of square i
    let v = 0;
    for (let i = 0; i < G.NBITS; i++) v = v * 2 + (lum(i) > 127 ? 1 : 0);
    const sync = Math.floor(v / 2 ** 35), ctr = Math.floor(v / 2 ** 19) % 65536, ev = Math.floor(v / 2048) % 256, ck = v % 2048;
    if (sync !== 5 || ck !== (ctr * 389 + ev * 1277 + 77) % 2039) return null;
    return [ctr, ev];
  }
  function viaCanvas(el, W, H) {
    const kx = W / G.W, ky = H / G.H;
    cx.drawImage(el, G.X0 * kx, (G.Y0 + 12) * ky, G.NBITS * G.SQ * kx, 8 * ky, 0, 0, DW, DH);
    const d = cx.getImageData(0, 0, DW, DH).data;
    return decode((i) => { const p = 4 * (2 * DW + i * 8 + 4); return .3 * d[p] + .59 * d[p + 1] + .11 * d[p + 2]; });
  }
  async function viaFrame(el) {       // cheap: copies only a few rows: luma, or the green of four bytes a pixel
    const f = new VideoFrame(el);
    try {
      if (!f.format || !/^(I4|NV|BGR|RGB)/.test(f.format)) throw new Error('fmt ' + f.format);
      const [px, green] = /^(BGR|RGB)/.test(f.format) ? [4, 1] : [1, 0];
      const W = f.visibleRect.width, H = f.visibleRect.height, kx = W / G.W, ky = H / G.H;
      const x = Math.floor(G.X0 * kx) & ~1, y = Math.floor((G.Y0 + 14) * ky) & ~1;
      const w = Math.min(W - x, Math.ceil(G.NBITS * G.SQ * kx) + 2) & ~1;
      const rect = { x: f.visibleRect.x + x, y: f.visibleRect.y + y, width: w, height: 4 };
      const buf = new Uint8Array(f.allocationSize({ rect }));
      const lay = await f.copyTo(buf, { rect });
      S.fmt = f.format;
      return decode((i) => buf[lay[0].offset + lay[0].stride * 2 + px * Math.round((G.X0 + (i + .5) * G.SQ) * kx - x) + green]);
    } finally { f.close(); }
  }
  function got(t, r, extra) {
    S.ticks++;
    if (!r) { S.bad++; return; }
    if (r[0] !== S.ctr || r[1] !== S.ev) {
      S.ctr = r[0]; S.ev = r[1];
      S.samples.push([t, r[0], r[1], extra || 0]);
      S.waiters = S.waiters.filter((w) => { if (w.test(r)) { w.ok(t); return false; } return true; });
    }
  }
  S.start = (el) => {
    const my = ++S.run; S.el = el;
    if (el instanceof HTMLVideoElement) {
      S.mode = 'video'; let frameOK = typeof VideoFrame !== 'undefined';
      const cb = async (now, md) => {
        if (S.run !== my) return;
        el.requestVideoFrameCallback(cb);
        const t = performance.now();
        let r = null;
        if (frameOK) { try { r = await viaFrame(el); } catch (e) { S.err = String(e); frameOK = false; } }
        if (!frameOK) r = viaCanvas(el, el.videoWidth, el.videoHeight);
        got(t, r, md.expectedDisplayTime - t);
      };
      el.requestVideoFrameCallback(cb);
    } else {
      S.mode = 'canvas';
      const cb = () => {
        if (S.run !== my) return;
        requestAnimationFrame(cb);
        const c = el;
        if (!c.width) return;
        const t = performance.now();
        let r = null; try { r = viaCanvas(c, c.width, c.height); } catch (e) { S.err = String(e); }
        got(t, r);
      };
      requestAnimationFrame(cb);
    }
  };
  // a viewer may swap its element (canvas -> video) while it starts up
  S.watch = setInterval(() => { const e = S.find && S.find(); if (e && e !== S.el) S.start(e); }, 250);
  S.stop = () => { S.run++; clearInterval(S.watch); };
  S.take = () => { const o = { samples: S.samples, bad: S.bad, ticks: S.ticks, mode: S.mode, err: S.err, fmt: S.fmt }; S.samples = []; S.bad = S.ticks = 0; return o; };
  S.wait = (ev, ms) => new Promise((res) => {
    if (S.ev === ev) { const s = S.samples.find((q) => q[2] === ev); return res({ t: s ? s[0] : performance.now(), input: S.lastInput }); }
    const w = { test: (r) => r[1] === ev, ok: (t) => { clearTimeout(h); res({ t, input: S.lastInput }); } };
    const h = setTimeout(() => { S.waiters = S.waiters.filter((q) => q !== w); res({ t: null, input: S.lastInput, cur: S.ev }); }, ms);
    S.waiters.push(w);
  });
  S.grab = async () => {
    const el = S.find ? S.find() : S.el;
    const W = el.videoWidth || el.width, H = el.videoHeight || el.height;
    const c = document.createElement('canvas'); c.width = W; c.height = H;
    const t = performance.now();
    c.getContext('2d').drawImage(el, 0, 0);
    const b = await new Promise((r) => c.toBlob(r, 'image/png'));
    const u = await new Promise((r) => { const fr = new FileReader(); fr.onload = () => r(fr.result); fr.readAsDataURL(b); });
    return { t, W, H, png: u.slice(u.indexOf(',') + 1) };
  };
  window.__rd = S;
})();
