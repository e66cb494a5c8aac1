/** Every text of the pages in German. */

import type { Words } from "./en";
import { pluralOf } from "./plural";

const plural = pluralOf("de");

const Der = (host: string): string => host || "Der Host";
const dem = (host: string): string => host || "dem Host";
const den = (host: string): string => host || "den Host";

export const de: Words = {
  common: {
    language: "Sprache",
    cancel: "Abbrechen",
    copied: "Kopiert",
    guest: "Gast",
    people: "Personen",
    allMonitors: "Alle Bildschirme",
    recording: "Aufnahme läuft",
    enterCode: "Code eingeben",
    timeLeft: (time) => `noch ${time}`,
    recordingFor: (time) => `Aufnahme ${time}`,
  },

  landing: {
    title: "Bildschirm sehen. Mit anpacken.",
    lead: "Jemand teilt einen Bildschirm mit Ihnen? Geben Sie den Code ein, den man Ihnen vorliest, oder öffnen Sie den Link.",
    spokenCode: "Code (zehn Ziffern)",
    connect: "Verbinden",
    codeEmpty: "Geben Sie die zehn Ziffern ein, die man Ihnen genannt hat.",
    codeNotDigits: "Ein Code besteht nur aus Ziffern.",
    codeLength: (digits) => `Ein Code hat zehn Ziffern; ${plural(digits, { one: "das ist eine", other: `das sind ${digits}` })}.`,
    promises: {
      letIn: {
        title: "Nur wer eingelassen wird",
        text: "Wer teilt, lässt jede Person einzeln zu, sieht, wer zuschaut, und kann jederzeit aufhören.",
      },
      handsOn: {
        title: "Helfen wie vor Ort",
        text: "Mit Erlaubnis zeigen und tippen Sie dort, so lange es der anderen Seite recht ist.",
      },
      direct: {
        title: "Direkt und verschlüsselt",
        text: "Bild und Eingaben laufen zwischen den beiden Computern; unterwegs wird nichts gespeichert.",
      },
    },
    toShare: "Um Ihren eigenen Bildschirm zu teilen, starten Sie auf Ihrem Computer `screenshare host`.",
  },

  denied: {
    denied: (host) => ({
      title: `${Der(host)} hat Sie nicht eingelassen`,
      text: "Falls das ein Versehen war, sprechen Sie sich ab und klopfen Sie noch einmal an.",
    }),
    timeout: (host) => ({
      title: "Niemand hat geantwortet",
      text: host
        ? `Vielleicht ist gerade niemand an ${host}. Sie können noch einmal anklopfen.`
        : "Vielleicht ist gerade niemand am Computer. Sie können noch einmal anklopfen.",
    }),
    full: () => ({
      title: "Kein Platz mehr frei",
      text: "Es schauen so viele zu, wie der Host erlaubt oder sein Computer bedienen kann. Versuchen Sie es wieder, wenn jemand gegangen ist.",
    }),
    "wrong-secret": () => ({
      title: "Dieser Link oder Code funktioniert nicht",
      text: "Er ist vielleicht unvollständig, verbraucht oder zu alt. Bitten Sie den Host um einen neuen.",
    }),
    "rate-limited": () => ({
      title: "Zu viele Versuche",
      text: "Zur Sicherheit nimmt der Host von hier eine Weile kein Anklopfen an. Warten Sie eine Minute, dann versuchen Sie es wieder.",
    }),
    "room-not-found": () => ({
      title: "Hier teilt niemand",
      text: "Die Freigabe ist vorbei, oder der Link ist nicht vollständig. Bitten Sie den Host um einen neuen.",
    }),
    "no-secret": () => ({
      title: "Ein Teil des Links fehlt",
      text: "Öffnen Sie den ganzen Link, wie Sie ihn bekommen haben, mit allem nach dem Zeichen #, oder geben Sie den Code ein, den man Ihnen vorliest.",
    }),
    unsupported: () => ({
      title: "Diese Seite ist veraltet",
      text: "Der Host benutzt eine andere Version. Laden Sie die Seite neu; wenn das nicht hilft, aktualisieren Sie Screenshare.",
    }),
  },

  ended: {
    left: (host) => ({
      title: "Sie haben die Sitzung verlassen",
      text: host ? `Sie sehen den Bildschirm von ${host} nicht mehr.` : "Sie sehen den Bildschirm nicht mehr.",
    }),
    stopped: (host) => ({ title: `${Der(host)} teilt nicht mehr`, text: "Die Sitzung ist beendet." }),
    removed: () => ({ title: "Der Host hat Sie hinausgeschickt", text: "Sie sehen den Bildschirm nicht mehr." }),
    "capture-lost": () => ({ title: "Der Bildschirm ist weg", text: "Die geteilte Anzeige gibt es nicht mehr." }),
    failed: () => ({ title: "Die Freigabe ist abgebrochen", text: "Beim Host ist etwas schiefgegangen; er kann neu beginnen." }),
    unreachable: () => ({
      title: "Der Host ist nicht erreichbar",
      text: "Der Computer ist vielleicht aus oder im Ruhezustand, oder das Netz dazwischen versperrt den Weg.",
    }),
    gone: () => ({
      title: "Diese Freigabe ist vorbei",
      text: "Der Host ist da, teilt aber nicht mehr unter diesem Link. Bitten Sie um einen neuen.",
    }),
  },

  notices: {
    controlGranted: (host) => `Sie können ${den(host)} jetzt steuern`,
    controlGiven: (host) => `Der Host hat Ihnen die Steuerung${host ? ` von ${host}` : ""} gegeben`,
    controlRefused: {
      denied: "Der Host hat die Steuerung nicht erlaubt",
      timeout: "Der Host hat nicht geantwortet; Sie können noch einmal fragen",
      "not-granted": "Mit diesem Link ist Steuern nicht erlaubt",
    },
    controlRevoked: {
      host: "Der Host hat die Steuerung zurückgenommen",
      panic: "Die Steuerung wurde an der Tastatur des Hosts zurückgenommen",
      ended: "Die Steuerung ist beendet",
      released: "Sie steuern nicht mehr",
      "path-lost": "Die Steuerung endete, weil die Verbindung abbrach",
      left: "Die Steuerung ist beendet",
      expired: "Ihre Zeit zum Steuern ist um; Sie können noch einmal fragen",
      "given-to-other": "Der Host hat die Steuerung jemand anderem gegeben",
      capability: "Der Host erlaubt Ihnen das Steuern nicht mehr",
    },
    reconnected: "Wieder verbunden",
    recordingStarted: "Der Host nimmt diese Sitzung auf",
    recordingStopped: "Die Aufnahme ist beendet",
    rightsGained: (names) => `Der Host erlaubt Ihnen jetzt: ${names}`,
    rightsLost: (names) => `Der Host erlaubt Ihnen nicht mehr: ${names}`,
    refused: (message) => `Der Host hat das abgelehnt: ${message}`,
    noFullScreen: "Dieser Browser erlaubt hier kein Vollbild",
    escLeavesFullScreen: "Esc beendet das Vollbild",
  },

  refusals: {
    "not-permitted": "das ist hier nicht erlaubt",
    "rate-limited": "das war zu viel auf einmal",
    "too-large": "das ist zu groß",
    "unknown-type": "diese Version kennt das nicht",
    "no-common-codec": "dieser Browser kann keines der Bildformate zeigen",
    "injection-unavailable": "auf diesem Computer lässt sich nichts tippen oder klicken",
    full: "Dieser Computer schafft nicht mehr Zuschauer: neue werden abgewiesen, bis wieder Platz ist.",
  },

  status: {
    connecting: (host) => (host ? `Verbindung zu ${host} wird aufgebaut` : "Verbindung wird aufgebaut"),
    waitingFor: (host) => `Warten, bis ${host || "der Host"} Sie einlässt`,
    viewing: (host) => `Sie sehen ${den(host)}`,
    viewingAndAsking: (host) => `Sie sehen ${den(host)}. Die Steuerung ist angefragt`,
    controlling: (host) => `Sie steuern ${den(host)}`,
    handMoves: (host) => `An ${dem(host)} wird gerade selbst bedient: Ihre Eingaben warten`,
    hasPaused: (host) => `${Der(host)} hat das Teilen angehalten`,
    pausedBy: (host) => `Angehalten von ${dem(host)}`,
    reconnecting: "Verbindung verloren, neuer Versuch läuft",
    notLetIn: "Nicht eingelassen",
    ended: "Beendet",
  },

  viewer: {
    pictureComes: "Das Bild kommt gleich.",
    noAnswerYet: "Der Host antwortet noch nicht – neuer Versuch läuft",
    whilePaused: "Sie sehen den Bildschirm wieder, sobald es weitergeht. Bis dahin kommt nichts an, was Sie tun.",
    asked: (time) => `Vor ${time} angefragt. Sie sehen den Bildschirm, sobald es erlaubt wird.`,
    yourName: "Ihr Name, wie ihn der Host sieht",
    tell: "Mitteilen",
    lostAt: (time) => `Verbindung um ${time} verloren – neuer Versuch läuft`,
    lost: "Verbindung verloren – neuer Versuch läuft",
    lostFor: (time) => `Seit ${time}. Der Host lässt alle Tasten von selbst los.`,
    lasted: (time) => `Dauer: ${time}.`,
    knockAgain: "Noch einmal anklopfen",
    tryAgain: "Noch einmal versuchen",
    openAgain: "Wieder öffnen",
    screenOfHost: "Bildschirm des Hosts",
    keyboardOfHost: "Tastatur des Hosts",
    beingAsked: "Der Host wird um die Steuerung gebeten",
    howToLeave: "Zum Verlassen Esc 2 s halten oder Strg rechts drücken",
    howToType: "Zum Tippen auf den Bildschirm klicken (oder Umschalt+Tab)",
  },

  toolbar: {
    label: "Bedienung",
    release: "Steuerung abgeben",
    releaseShort: "Abgeben",
    cancelRequest: "Anfrage zurückziehen",
    cancelShort: "Zurückziehen",
    request: "Steuerung anfragen",
    requestShort: "Steuern",
    isPaused: "Das Teilen ist angehalten",
    notWithThisLink: "Mit diesem Link erlaubt der Host kein Steuern",
    monitor: "Bildschirm",
    oneScreen: "Der Host zeigt nur einen Bildschirm",
    quality: "Qualität",
    actualSize: "Originalgröße",
    fit: "Einpassen",
    fullScreen: "Vollbild",
    keyboard: "Tastatur",
    statistics: "Statistik",
    more: "Mehr Bedienung",
    moreShort: "Mehr",
    fewer: "Weniger Bedienung",
    fewerShort: "Weniger",
    disconnect: "Trennen",
    hide: "Bedienung ausblenden",
    show: "Bedienung einblenden",
  },

  panels: {
    closeOf: (title) => `${title} schließen`,
    shares: "teilt",
    controls: "steuert",
    views: "sieht zu",
    you: "(Sie)",
    copyAsText: "Als Text kopieren",
    copyingFailed: "Kopieren fehlgeschlagen",
    whatMatters: "Worauf es beim Bild ankommt",
    atMost: "Höchstens",
    noLimit: "unbegrenzt",
    limitNow: (limit) => `Grenze jetzt: ${limit || "noch nicht bekannt"}`,
    whichMonitor: "Welchen Bildschirm Sie sehen",
    mainMonitor: (size) => `${size}, der Hauptbildschirm`,
    sideBySide: "Nebeneinander, als ein Bild",
  },

  figures: {
    picture: "Bild",
    size: "Größe",
    codedAs: "Codiert als",
    exactWhenStill: (codec) => `${codec}, in Ruhe exakt`,
    frames: "Bilder",
    perSecond: (count) => `${count} pro Sekunde`,
    delay: "Verzögerung",
    captureToDisplay: "Von Aufnahme bis Anzeige",
    captureToDisplay95: "… bei 95 von 100 Bildern",
    roundTrip: "Hin und zurück",
    jitter: "Schwankung",
    network: "Netz",
    data: "Daten",
    limit: "Grenze",
    free: "keine",
    lowered: "verringert",
    byPath: (rate) => `${rate}, was das Netz schafft`,
    byChoice: (rate) => `${rate}, wie gewählt`,
    lostPackets: "Verlorene Pakete",
    lost: (share, count) => `${share}, insgesamt ${count}`,
    path: "Weg",
    direct: "direkt",
    relay: "über ein Relais",
  },

  quality: {
    auto: { title: "Automatisch", text: "Schnell in Bewegung, scharf in Ruhe" },
    sharp: { title: "Scharf", text: "Text bleibt klar, Bewegung kann ruckeln" },
    smooth: { title: "Flüssig", text: "Flüssige Bewegung, Text wird in Ruhe scharf" },
    saver: { title: "Daten sparen", text: "Gröber und weniger, für langsame Leitungen" },
  },

  capabilities: {
    view: "Bildschirm sehen",
    control: "Steuern ohne Nachfrage",
    clipboard: "Zwischenablage",
    files: "Dateien",
    listen: "Ton hören",
    talk: "Sprechen",
    draw: "Zeichnen",
    chat: "Chat",
    notes: "Notizen",
    record: "Aufnahme behalten",
  },

  console: {
    aGuest: "Ein Gast",
    secret: {
      link: "durch Link ausgewiesen",
      "view-link": "durch Nur-Ansehen-Link ausgewiesen",
      code: "durch Code ausgewiesen",
    },
    phase: {
      knocking: "möchte herein",
      connecting: "verbindet sich",
      live: "sieht zu",
      reconnecting: "Verbindung verloren, kommt zurück",
    },
    mode: { auto: "automatisch", sharp: "scharf", smooth: "flüssig", saver: "Daten sparen" },
    rateOf: (rate, limit) => `${rate} von ${limit}`,
    lost: (share) => `${share} verloren`,

    tabConsole: "Konsole – Screenshare",
    tabSharing: (host) => `${host} wird geteilt – Screenshare`,
    wantsToSee: (name) => `${name} möchte Ihren Bildschirm sehen`,
    wantsControl: (name) => `${name} möchte diesen Computer steuern`,
    tabWantsControl: (name) => `${name} möchte steuern`,

    used: "Diese Konsolenadresse ist verbraucht",
    usedText:
      "Sie gilt einmal und nur auf diesem Computer. Das Terminal, in dem `screenshare host` läuft, zeigt eine neue, wenn Sie wieder zu teilen beginnen.",
    stopped: "Das Teilen ist beendet",
    stoppedText: "Niemand sieht diesen Bildschirm mehr.",
    opening: "Die Konsole wird geöffnet",
    noAnswer: "Der Host antwortet nicht – neuer Versuch läuft",
    nothingChanged: "Der Host antwortet nicht; nichts wurde geändert",
    pausedNow: "Das Teilen ist angehalten: niemand sieht jetzt diesen Bildschirm",
    controlsThis: (name) => `${name} steuert diesen Computer`,

    sharing: (host) => `„${host}“ wird geteilt`,
    paused: (host) => `„${host}“ ist angehalten`,
    statusSharing: "Sie teilen den Bildschirm",
    statusPaused: "Das Teilen ist angehalten",
    watching: (count) => plural(count, { one: "1 sieht zu", other: `${count} sehen zu` }),
    nothingMoves: "nichts bewegt sich",
    fps: (count) => `${count} Bilder/s`,
    stopControl: "Steuerung beenden",
    resume: "Weiter teilen",
    pause: "Teilen anhalten",
    record: "Aufnehmen",
    stopRecording: "Aufnahme beenden",
    stop: "Teilen beenden",
    stopQuestion: "Diesen Bildschirm nicht mehr teilen?",
    stopWithNobody: "Link und Code gelten dann nicht mehr.",
    stopWithPeople: (count) =>
      plural(count, {
        one: "Eine Person wird hinausgeschickt; Link und Code gelten dann nicht mehr.",
        other: `${count} Personen werden hinausgeschickt; Link und Code gelten dann nicht mehr.`,
      }),
    goOn: "Weiter teilen",
    stopNow: "Jetzt beenden",
    monitorShown: "Bildschirm, der gezeigt wird",

    invite: "Einladen",
    whatLinkAllows: "Was der Link erlaubt",
    mayAsk: "Darf um Steuerung bitten",
    viewOnly: "Nur ansehen",
    link: "Link",
    copyLink: "Link kopieren",
    linkCopied: "Der Link ist in der Zwischenablage",
    linkNotCopied: "Kopieren fehlgeschlagen: markieren Sie den Link und kopieren Sie ihn",
    codeUsed: "Der Code zum Vorlesen ist verbraucht. Der Link gilt weiter.",
    codeAt: (address) => `Code zum Vorlesen, einzugeben auf ${address}`,
    codeWorks: (time) => `gilt einmal, noch ${time}`,
    codeExpired: "abgelaufen",
    qrCode: "QR-Code des Links",

    nobody: "Niemand sieht zu. Schicken Sie den Link, oder lesen Sie den Code vor.",
    since: (time) => `seit ${time}`,
    pathLabel: "Bild und Weg:",
    takeBack: "Steuerung zurücknehmen",
    remove: "Entfernen",
    removeWho: (name) => `${name} entfernen`,
    watchingTag: "sieht zu",
    controlsTag: "steuert",
    controlsFor: (time) => `steuert, noch ${time}`,
    forMinutes: (minutes) => `für ${minutes}`,
    withoutLimit: "unbegrenzt",
    giveControl: "Steuerung geben",
    howLong: (name) => `Wie lange ${name} steuern darf`,
    howLongControl: "Wie lange die Steuerung gilt",

    onlyAllow: "Lassen Sie nur Menschen herein, die Sie kennen. Keine Firma ruft Sie von sich aus an.",
    moreQuestions: (count) =>
      plural(count, { one: "Eine weitere Frage wartet.", other: `${count} weitere Fragen warten.` }),
    controlBoth: "Maus und Tastatur steuern",
    deny: "Ablehnen",
    allowView: "Ansehen erlauben",
    allowControl: "Steuern erlauben",
    allowControlMore: "Auch Maus und Tastatur steuern, ohne weitere Nachfrage",
    untilYouStop:
      "Maus und Tastatur können benutzt werden, bis Sie es beenden. Sie können die Steuerung jederzeit zurücknehmen.",
    untilDenied: (seconds) =>
      plural(seconds, { one: "In 1 Sekunde wird abgelehnt", other: `In ${seconds} Sekunden wird abgelehnt` }),

    joined: (name) => `${name} kann den Bildschirm jetzt sehen`,
    recordingSaved: (path) => `Aufnahme gespeichert: ${path}`,
  },
};
