/** Every text of the pages in French; a no-break space stands before ``:``, ``;``, ``?`` and inside « ». */

import type { Words } from "./en";
import { pluralOf } from "./plural";

const plural = pluralOf("fr");

const lHote = (host: string): string => host || "l’hôte";
const LHote = (host: string): string => host || "L’hôte";

export const fr: Words = {
  common: {
    language: "Langue",
    cancel: "Annuler",
    copied: "Copié",
    guest: "Invité",
    people: "Participants",
    allMonitors: "Tous les écrans",
    recording: "Enregistrement en cours",
    enterCode: "Saisir un code",
    timeLeft: (time) => `encore ${time}`,
    recordingFor: (time) => `Enregistrement ${time}`,
  },

  landing: {
    title: "Voir un écran. Donner un coup de main.",
    lead: "Quelqu’un partage un écran avec vous ? Saisissez le code qu’on vous dicte, ou ouvrez le lien reçu.",
    spokenCode: "Code (dix chiffres)",
    connect: "Se connecter",
    codeEmpty: "Saisissez les dix chiffres qu’on vous a donnés.",
    codeNotDigits: "Un code ne contient que des chiffres.",
    codeLength: (digits) =>
      `Un code compte dix chiffres ; il y en a ${digits} ici.`,
    promises: {
      letIn: {
        title: "Sur autorisation seulement",
        text: "La personne qui partage admet chacun, voit qui regarde et peut arrêter à tout moment.",
      },
      handsOn: {
        title: "Une aide à portée de main",
        text: "Avec son accord, vous pointez et tapez là-bas, aussi longtemps qu’elle le veut bien.",
      },
      direct: {
        title: "Direct et chiffré",
        text: "L’image et les saisies circulent entre les deux ordinateurs ; rien n’est conservé en chemin.",
      },
    },
    toShare: "Pour partager votre propre écran, lancez `screenshare host` sur votre ordinateur.",
  },

  denied: {
    denied: (host) => ({
      title: `${LHote(host)} ne vous a pas laissé entrer`,
      text: "Si c’était une erreur, parlez-en ensemble et frappez de nouveau.",
    }),
    timeout: (host) => ({
      title: "Personne n’a répondu",
      text: host
        ? `Il n’y a peut-être personne devant ${host}. Vous pouvez frapper de nouveau.`
        : "Il n’y a peut-être personne devant l’ordinateur. Vous pouvez frapper de nouveau.",
    }),
    full: () => ({
      title: "Plus de place",
      text: "L’hôte n’admet pas plus de spectateurs, ou son ordinateur ne peut en servir davantage. Réessayez quand quelqu’un sera parti.",
    }),
    "wrong-secret": () => ({
      title: "Ce lien ou ce code ne fonctionne pas",
      text: "Il est peut-être incomplet, déjà utilisé ou trop ancien. Demandez-en un nouveau à l’hôte.",
    }),
    "rate-limited": () => ({
      title: "Trop d’essais",
      text: "Par sécurité, l’hôte n’accepte plus de demandes d’ici pour un moment. Attendez une minute, puis réessayez.",
    }),
    "room-not-found": () => ({
      title: "Personne ne partage ici",
      text: "Le partage est terminé, ou le lien est incomplet. Demandez-en un nouveau à l’hôte.",
    }),
    "no-secret": () => ({
      title: "Il manque une partie du lien",
      text: "Ouvrez le lien entier tel que vous l’avez reçu, avec tout ce qui suit le signe #, ou saisissez le code dicté.",
    }),
    unsupported: () => ({
      title: "Cette page est périmée",
      text: "L’hôte utilise une autre version. Rechargez la page ; si cela ne suffit pas, mettez Screenshare à jour.",
    }),
  },

  ended: {
    left: (host) => ({
      title: "Vous êtes parti",
      text: host ? `Vous ne voyez plus l’écran de ${host}.` : "Vous ne voyez plus l’écran.",
    }),
    stopped: (host) => ({ title: `${LHote(host)} a cessé de partager`, text: "La session est terminée." }),
    removed: () => ({ title: "L’hôte vous a fait sortir", text: "Vous ne voyez plus l’écran." }),
    "capture-lost": () => ({ title: "L’écran a disparu", text: "L’affichage partagé n’existe plus." }),
    failed: () => ({ title: "Le partage s’est interrompu", text: "Un problème est survenu chez l’hôte ; il peut recommencer." }),
    unreachable: () => ({
      title: "L’hôte est injoignable",
      text: "L’ordinateur est peut-être éteint ou en veille, ou le réseau entre vous barre le passage.",
    }),
    gone: () => ({
      title: "Ce partage est terminé",
      text: "L’hôte est là, mais ne partage plus sous ce lien. Demandez-en un nouveau.",
    }),
  },

  notices: {
    controlGranted: (host) => `Vous pouvez maintenant contrôler ${lHote(host)}`,
    controlGiven: (host) => `L’hôte vous a donné le contrôle${host ? ` de ${host}` : ""}`,
    controlRefused: {
      denied: "L’hôte n’a pas autorisé le contrôle",
      timeout: "L’hôte n’a pas répondu ; vous pouvez redemander",
      "not-granted": "Ce lien ne permet pas le contrôle",
    },
    controlRevoked: {
      host: "L’hôte a repris le contrôle",
      panic: "Le contrôle a été repris au clavier de l’hôte",
      ended: "Le contrôle est terminé",
      released: "Vous ne contrôlez plus",
      "path-lost": "Le contrôle a pris fin car la connexion a été perdue",
      left: "Le contrôle est terminé",
      expired: "Votre temps de contrôle est écoulé ; vous pouvez redemander",
      "given-to-other": "L’hôte a donné le contrôle à quelqu’un d’autre",
      capability: "L’hôte ne vous autorise plus à contrôler",
    },
    reconnected: "De nouveau connecté",
    recordingStarted: "L’hôte enregistre cette session",
    recordingStopped: "L’enregistrement est arrêté",
    rightsGained: (names) => `L’hôte vous autorise maintenant : ${names}`,
    rightsLost: (names) => `L’hôte ne vous autorise plus : ${names}`,
    refused: (message) => `L’hôte a refusé : ${message}`,
    noFullScreen: "Ce navigateur ne permet pas le plein écran ici",
    escLeavesFullScreen: "Échap quitte le plein écran",
  },

  refusals: {
    "not-permitted": "ce n’est pas permis ici",
    "rate-limited": "c’était trop à la fois",
    "too-large": "c’est trop gros",
    "unknown-type": "cette version ne connaît pas cela",
    "no-common-codec": "ce navigateur ne sait afficher aucun des formats d’image",
    "injection-unavailable": "sur cet ordinateur, on ne peut ni taper ni cliquer",
    full: "Cet ordinateur ne peut servir plus de spectateurs : les nouveaux sont refusés jusqu’à ce qu’il y ait de la place.",
  },

  status: {
    connecting: (host) => (host ? `Connexion à ${host}` : "Connexion en cours"),
    waitingFor: (host) => `En attente que ${lHote(host)} vous laisse entrer`,
    viewing: (host) => `Vous voyez ${lHote(host)}`,
    viewingAndAsking: (host) => `Vous voyez ${lHote(host)}. Contrôle demandé`,
    controlling: (host) => `Vous contrôlez ${lHote(host)}`,
    handMoves: (host) => `Quelqu’un se sert de la souris ou du clavier de ${lHote(host)} : les vôtres attendent`,
    hasPaused: (host) => `${LHote(host)} a suspendu le partage`,
    pausedBy: (host) => `Suspendu par ${lHote(host)}`,
    reconnecting: "Connexion perdue, nouvel essai en cours",
    notLetIn: "Non admis",
    ended: "Terminé",
  },

  viewer: {
    pictureComes: "L’image arrive dans un instant.",
    noAnswerYet: "L’hôte ne répond pas encore – nouvel essai en cours",
    whilePaused: "Vous reverrez l’écran dès la reprise. D’ici là, rien de ce que vous faites n’y parvient.",
    asked: (time) => `Demandé il y a ${time}. Vous verrez l’écran dès que ce sera autorisé.`,
    yourName: "Votre nom, tel que l’hôte le voit",
    tell: "Indiquer",
    lostAt: (time) => `Connexion perdue à ${time} – nouvel essai en cours`,
    lost: "Connexion perdue – nouvel essai en cours",
    lostFor: (time) => `Depuis ${time}. L’hôte relâche toutes les touches de lui-même.`,
    lasted: (time) => `Durée : ${time}.`,
    knockAgain: "Frapper de nouveau",
    tryAgain: "Réessayer",
    openAgain: "Rouvrir",
    screenOfHost: "Écran de l’hôte",
    keyboardOfHost: "Clavier de l’hôte",
    beingAsked: "Le contrôle est demandé à l’hôte",
    howToLeave: "Pour quitter : Échap pendant 2 s ou Ctrl droite",
    howToType: "Cliquez sur l’écran pour y taper (ou Maj+Tab)",
  },

  toolbar: {
    label: "Commandes",
    release: "Rendre le contrôle",
    releaseShort: "Rendre",
    cancelRequest: "Annuler la demande",
    cancelShort: "Annuler",
    request: "Demander le contrôle",
    requestShort: "Contrôler",
    isPaused: "Le partage est suspendu",
    notWithThisLink: "Avec ce lien, l’hôte ne permet pas le contrôle",
    monitor: "Écran",
    oneScreen: "L’hôte ne montre qu’un seul écran",
    quality: "Qualité",
    actualSize: "Taille réelle",
    fit: "Ajuster",
    fullScreen: "Plein écran",
    keyboard: "Clavier",
    statistics: "Mesures",
    more: "Plus de commandes",
    moreShort: "Plus",
    fewer: "Moins de commandes",
    fewerShort: "Moins",
    disconnect: "Quitter",
    hide: "Masquer les commandes",
    show: "Afficher les commandes",
  },

  panels: {
    closeOf: (title) => `Fermer : ${title}`,
    shares: "partage",
    controls: "contrôle",
    views: "regarde",
    you: "(vous)",
    copyAsText: "Copier en texte",
    copyingFailed: "Échec de la copie",
    whatMatters: "Ce qui compte dans l’image",
    atMost: "Au plus",
    noLimit: "sans limite",
    limitNow: (limit) => `Limite actuelle : ${limit || "pas encore connue"}`,
    whichMonitor: "Quel écran vous voyez",
    mainMonitor: (size) => `${size}, l’écran principal`,
    sideBySide: "Côte à côte, en une seule image",
  },

  figures: {
    picture: "Image",
    size: "Taille",
    codedAs: "Codage",
    exactWhenStill: (codec) => `${codec}, exact à l’arrêt`,
    frames: "Images",
    perSecond: (count) => `${count} par seconde`,
    delay: "Délai",
    captureToDisplay: "De la capture à l’affichage",
    captureToDisplay95: "… pour 95 images sur 100",
    roundTrip: "Aller-retour",
    jitter: "Gigue",
    network: "Réseau",
    data: "Débit",
    limit: "Limite",
    free: "aucune",
    lowered: "réduit",
    byPath: (rate) => `${rate}, ce que le réseau supporte`,
    byChoice: (rate) => `${rate}, comme choisi`,
    lostPackets: "Paquets perdus",
    lost: (share, count) => `${share}, ${count} en tout`,
    path: "Chemin",
    direct: "direct",
    relay: "par un relais",
  },

  quality: {
    auto: { title: "Automatique", text: "Vif en mouvement, net à l’arrêt" },
    sharp: { title: "Net", text: "Le texte reste net, le mouvement peut saccader" },
    smooth: { title: "Fluide", text: "Mouvement fluide, le texte se précise à l’arrêt" },
    saver: { title: "Économe", text: "Moins fin et moins souvent, pour une ligne lente" },
  },

  capabilities: {
    view: "Voir l’écran",
    control: "Contrôler sans demander",
    clipboard: "Presse-papiers",
    files: "Fichiers",
    listen: "Entendre le son",
    talk: "Parler",
    draw: "Dessiner",
    chat: "Discussion",
    notes: "Notes",
    record: "Garder un enregistrement",
  },

  console: {
    aGuest: "Un invité",
    secret: {
      link: "vérifié par lien",
      "view-link": "vérifié par lien de simple vue",
      code: "vérifié par code",
    },
    phase: {
      knocking: "demande à entrer",
      connecting: "se connecte",
      live: "regarde",
      reconnecting: "connexion perdue, va revenir",
    },
    mode: { auto: "automatique", sharp: "net", smooth: "fluide", saver: "économe" },
    rateOf: (rate, limit) => `${rate} sur ${limit}`,
    lost: (share) => `${share} perdus`,

    tabConsole: "Console – Screenshare",
    tabSharing: (host) => `Partage de ${host} – Screenshare`,
    wantsToSee: (name) => `${name} veut voir votre écran`,
    wantsControl: (name) => `${name} veut contrôler cet ordinateur`,
    tabWantsControl: (name) => `${name} veut contrôler`,

    used: "Cette adresse de console a déjà servi",
    usedText:
      "Elle fonctionne une fois et seulement sur cet ordinateur. Le terminal où tourne `screenshare host` en affiche une nouvelle quand vous partagez de nouveau.",
    stopped: "Le partage est arrêté",
    stoppedText: "Plus personne ne voit cet écran.",
    opening: "Ouverture de la console",
    noAnswer: "L’hôte ne répond pas – nouvel essai en cours",
    nothingChanged: "L’hôte ne répond pas ; rien n’a été changé",
    pausedNow: "Le partage est suspendu : personne ne voit cet écran",
    controlsThis: (name) => `${name} contrôle cet ordinateur`,

    sharing: (host) => `Partage de « ${host} »`,
    paused: (host) => `Partage de « ${host} » suspendu`,
    statusSharing: "Partage en cours",
    statusPaused: "Le partage est suspendu",
    watching: (count) =>
      plural(count, { one: `${count} personne regarde`, other: `${count} personnes regardent` }),
    nothingMoves: "rien ne bouge",
    fps: (count) => `${count} images/s`,
    stopControl: "Arrêter le contrôle",
    resume: "Reprendre le partage",
    pause: "Suspendre le partage",
    record: "Enregistrer",
    stopRecording: "Arrêter l’enregistrement",
    stop: "Arrêter le partage",
    stopQuestion: "Arrêter de partager cet écran ?",
    stopWithNobody: "Le lien et le code ne fonctionneront plus.",
    stopWithPeople: (count) =>
      plural(count, {
        one: "Une personne devra sortir ; le lien et le code ne fonctionneront plus.",
        other: `${count} personnes devront sortir ; le lien et le code ne fonctionneront plus.`,
      }),
    goOn: "Continuer à partager",
    stopNow: "Arrêter maintenant",
    monitorShown: "Écran montré",

    invite: "Inviter",
    whatLinkAllows: "Ce que le lien permet",
    mayAsk: "Peut demander le contrôle",
    viewOnly: "Voir seulement",
    link: "Lien",
    copyLink: "Copier le lien",
    linkCopied: "Le lien est dans le presse-papiers",
    linkNotCopied: "Échec de la copie : sélectionnez le lien et copiez-le",
    codeUsed: "Le code à dicter a servi. Le lien fonctionne encore.",
    codeAt: (address) => `Code à dicter, à saisir sur ${address}`,
    codeWorks: (time) => `valable une fois, encore ${time}`,
    codeExpired: "expiré",
    qrCode: "Code QR du lien",

    nobody: "Personne ne regarde. Envoyez le lien, ou dictez le code.",
    since: (time) => `depuis ${time}`,
    pathLabel: "Image et chemin :",
    takeBack: "Reprendre le contrôle",
    remove: "Faire sortir",
    removeWho: (name) => `Faire sortir ${name}`,
    watchingTag: "regarde",
    controlsTag: "contrôle",
    controlsFor: (time) => `contrôle, encore ${time}`,
    forMinutes: (minutes) => `pendant ${minutes}`,
    withoutLimit: "sans limite",
    giveControl: "Donner le contrôle",
    howLong: (name) => `Combien de temps ${name} peut contrôler`,
    howLongControl: "Combien de temps dure le contrôle",

    onlyAllow: "N’admettez que des personnes que vous connaissez. Aucune entreprise ne vous appellera d’elle-même.",
    moreQuestions: (count) =>
      plural(count, { one: "Une autre question attend.", other: `${count} autres questions attendent.` }),
    controlBoth: "Contrôler la souris et le clavier",
    deny: "Refuser",
    allowView: "Autoriser la vue",
    allowControl: "Autoriser le contrôle",
    allowControlMore: "Contrôler aussi la souris et le clavier, sans autre question",
    untilYouStop:
      "Cette personne pourra utiliser votre souris et votre clavier jusqu’à ce que vous l’arrêtiez. Vous pouvez reprendre le contrôle à tout moment.",
    untilDenied: (seconds) =>
      plural(seconds, { one: `${seconds} seconde avant le refus`, other: `${seconds} secondes avant le refus` }),

    joined: (name) => `${name} voit maintenant l’écran`,
    recordingSaved: (path) => `Enregistrement sauvé : ${path}`,
  },
};
