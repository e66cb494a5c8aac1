"""One screen in every form that somebody takes: encoded renditions, and exact pixels beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame, Patch, Region, VideoFormat
from screenshare.protocol.fields import QualityMode
from screenshare.protocol.picture import KEEP_BIT
from screenshare.video.encoder import EncoderSettings
from screenshare.video.exact_sender import ExactSender
from screenshare.video.quality import MODES, Quality
from screenshare.video.rendition import Rendition

_NEVER: Final = float("inf")
_FULL_FPS: Final = 60
# A keyframe of a desktop of text: 613 kB at 24, 330 kB at 32.
_KEYFRAME_CRF: Final = 32.0

Read = Callable[[Region], Sequence[Patch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a rendition is for: how it is coded, what it is good at, and for how narrow a path.

    ``tier`` parts viewers whose paths differ, so that a slow one harms nobody: None for a free path.
    """

    mode: QualityMode = "auto"
    format: VideoFormat = VideoFormat.H264
    tier: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWish:
    """What the takers of one form need."""

    limit_kbps: int | None = None
    # Somebody composes no exact pixels: each change needs a frame, and a still picture sharper ones.
    has_video_takers: bool = True


@dataclass(frozen=True, slots=True)
class FormFrame:
    """A frame for those who take ``form``."""

    form: Form
    frame: EncodedFrame


# A frame for those who take its form, or a message for those who take exact pixels.
Output = FormFrame | bytes


class _Stream:
    """One rendition with its quality."""

    def __init__(self, form: Form, width: int, height: int) -> None:
        mode = MODES[form.mode]
        self.quality = Quality(mode)
        self.wish = FormWish()
        self.is_keyframe_owed = True
        self.is_change_owed = False
        # At the full rate the screen feed keeps time, and lets a few changes in a row through.
        self._pause_s = 1 / mode.max_fps if mode.max_fps < _FULL_FPS else 0.0
        self._encoded_at = float("-inf")
        settings = EncoderSettings(
            format=form.format, crf=mode.crf_calm, max_fps=mode.max_fps, max_width=mode.max_width
        )
        self.rendition = Rendition(width, height, settings)

    @property
    def next_at(self) -> float:
        """When its frame rate allows another frame."""
        return self._encoded_at + self._pause_s

    @property
    def due_at(self) -> float:
        """When it has something to encode although nothing changes."""
        if self.is_keyframe_owed:
            return -_NEVER
        if self.is_change_owed:
            return self.next_at
        due_at = self.quality.due_at if self.wish.has_video_takers else None
        return _NEVER if due_at is None else due_at

    def encode(self, *, pts: int, captured_at: float, now: float, is_fresh: bool) -> EncodedFrame | None:
        quality, is_keyframe = self.quality, self.is_keyframe_owed
        is_fresh |= self._encoded_at == -_NEVER  # to a new encoder everything is
        # A still picture is sharpened only for those who have no exact pixels.
        still_at = now if self.wish.has_video_takers else -_NEVER
        tuning = quality.moving(now) if is_fresh else quality.still(still_at)
        if is_keyframe:  # quick to arrive, then sharpened
            tuning = replace(tuning, crf=max(tuning.crf, _KEYFRAME_CRF))
        self.rendition.tune(tuning)
        frame = self.rendition.encode(pts=pts, keyframe=is_keyframe, captured_at=captured_at)
        self._encoded_at = now
        self.is_change_owed = False
        if frame is not None:
            self.is_keyframe_owed = False
            quality.encoded(len(frame.data), is_keyframe=frame.is_keyframe, now=now)
        return frame


class Pictures:
    """The forms of one screen of a fixed size. Used by one thread.

    A rendition is there only while somebody takes it, and begins with a keyframe.
    """

    def __init__(self, width: int, height: int) -> None:
        self._whole = Region(0, 0, width, height)
        self._streams: dict[Form, _Stream] = {}
        self._exact = ExactSender(width, height)
        self._is_exact_owed = False
        self._last_pts = -1

    def follow(self, wishes: Mapping[Form, FormWish], read: Read) -> None:
        """Have exactly the forms of ``wishes``; ``read`` gives a new one its first pixels."""
        for form in self._streams.keys() - wishes.keys():
            self._streams.pop(form).rendition.close()
        for form, wish in wishes.items():
            stream = self._streams.get(form)
            if stream is None:
                stream = self._streams[form] = _Stream(form, self._whole.width, self._whole.height)
                for patch in read(self._whole):
                    stream.rendition.paint(patch)
            stream.wish = wish
            stream.quality.limit(wish.limit_kbps)

    def close(self) -> None:
        """Give all encoders back."""
        self.follow({}, lambda _: ())

    def owe_keyframe(self, form: Form) -> None:
        """Let the next frame of a form be a keyframe; one that is not there is not meant."""
        if (stream := self._streams.get(form)) is not None:
            stream.is_keyframe_owed = True

    def owe_exact(self) -> None:
        """Begin the exact picture anew: somebody who takes it came, or missed a message."""
        self._is_exact_owed = True

    # --- changes ---------------------------------------------------------------------------------------

    def bring(
        self, patches: Sequence[Patch], captured_at: float, now: float, *, exactly: bool
    ) -> list[Output]:
        """Bring a change: what is small as exact pixels where somebody takes those, else in frames."""
        for stream in self._streams.values():
            for patch in patches:
                stream.rendition.paint(patch)
        outputs: list[Output] = []
        left = patches
        if exactly and not self._is_frame_owed:
            message, left = self._exact.bring(patches, self._next_pts(captured_at) | KEEP_BIT, now)
            outputs += [] if message is None else [message]
        if self._is_exact_owed:
            return self._begin_exact(captured_at, now)
        takers = [s for s in self._streams.items() if left or s[1].wish.has_video_takers]
        shows = [patch.region for patch in left] if left else None
        return outputs + self._frames(takers, captured_at, now, is_fresh=True, shows=shows)

    # --- a picture at rest -----------------------------------------------------------------------------

    @property
    def due_at(self) -> float:
        """Monotonic seconds from which ``improve`` has something to do; infinite when nothing is left."""
        if self._is_exact_owed:
            return -_NEVER
        return min((stream.due_at for stream in self._streams.values()), default=_NEVER)

    def improve(self, now: float) -> list[Output]:
        """Return the frames that are due: owed, held back by a frame rate, or sharper than those before."""
        if self._is_exact_owed:
            return self._begin_exact(now, now)
        late = [s for s in self._streams.items() if s[1].is_change_owed and s[1].next_at <= now]
        due = [s for s in self._streams.items() if s not in late and s[1].due_at <= now]
        return [
            *self._frames(late, now, now, is_fresh=True, shows=None),
            *self._frames(due, now, now, is_fresh=False, shows=None),
        ]

    def pulse(self, now: float) -> list[Output]:
        """Return a frame of each form that shows nothing new."""
        return self._frames(self._streams.items(), now, now, is_fresh=False, shows=None)

    @property
    def refinement_due_at(self) -> float:
        """Monotonic seconds from which ``refine`` makes sense; infinite when all is exact."""
        due_at = self._exact.due_at
        return _NEVER if due_at is None else due_at

    def refine(self, read: Read, now: float) -> bytes:
        """Return the message that makes the next part of the exact picture exact."""
        return self._exact.refine(read, self._next_pts(now) | KEEP_BIT)

    # --- frames ----------------------------------------------------------------------------------------

    @property
    def _is_frame_owed(self) -> bool:
        """Whether somebody has no picture to build on: only a frame will do."""
        return self._is_exact_owed or any(stream.is_keyframe_owed for stream in self._streams.values())

    def _begin_exact(self, captured_at: float, now: float) -> list[Output]:
        """Return frames that have everything, also what exact pixels alone have brought so far."""
        self._is_exact_owed = False
        outputs = self._frames(self._streams.items(), captured_at, now, is_fresh=False, shows=[self._whole])
        self._exact.begin_anew(self._last_pts, now)
        return outputs

    def _frames(
        self,
        streams: Iterable[tuple[Form, _Stream]],
        captured_at: float,
        now: float,
        *,
        is_fresh: bool,
        shows: Sequence[Region] | None,
    ) -> list[Output]:
        """Encode ``streams``.

        ``is_fresh``: there are new pixels. ``shows``: what exact pixels have not brought; None: they have
        brought everything. A keyframe is shown by everybody: whoever asked for it has lost his picture.
        """
        pts = self._next_pts(captured_at)
        outputs: list[Output] = []
        is_shown = shows is not None
        for form, stream in streams:
            if is_fresh and now < stream.next_at and not stream.is_keyframe_owed:
                stream.is_change_owed = True
                continue
            is_content = shows is not None or stream.is_keyframe_owed
            is_shown |= is_content
            frame = stream.encode(
                pts=pts if is_content else pts | KEEP_BIT, captured_at=captured_at, now=now, is_fresh=is_fresh
            )
            if frame is not None:
                outputs.append(FormFrame(form, frame))
        if is_shown:
            self._exact.video_shown(shows or (), pts, now)
        return outputs

    def _next_pts(self, captured_at: float) -> int:
        """Return ``captured_at`` in ticks, even, later than all before it."""
        self._last_pts = max(int(captured_at * VIDEO_CLOCK_HZ), self._last_pts + 2) & ~KEEP_BIT
        return self._last_pts
