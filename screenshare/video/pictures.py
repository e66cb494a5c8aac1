"""One screen in every form that somebody takes: encoded renditions, and exact pixels beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame, Patch, Region
from screenshare.protocol.picture import KEEP_BIT
from screenshare.video.encoder import EncoderSettings
from screenshare.video.exact_sender import ExactSender
from screenshare.video.rendition import Rendition

_NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class CodedFrame:
    """A frame of the rendition that was opened with ``settings``."""

    settings: EncoderSettings
    frame: EncodedFrame


# A frame for those who take its rendition, or a message for those who take exact pixels.
Output = CodedFrame | bytes


class Pictures:
    """The forms of one screen of a fixed size. Used by one thread.

    A rendition is there only while somebody takes it, and begins with a keyframe.
    """

    def __init__(self, width: int, height: int) -> None:
        self._whole = Region(0, 0, width, height)
        self._renditions: dict[EncoderSettings, Rendition] = {}
        self._owed: set[EncoderSettings] = set()
        self._exact = ExactSender(width, height)
        self._is_exact_owed = False
        self._last_pts = -1

    def follow(self, wanted: Iterable[EncoderSettings], read: Callable[[Region], Sequence[Patch]]) -> None:
        """Have exactly the renditions ``wanted``; ``read`` gives a new one its first pixels."""
        wanted = frozenset(wanted)
        for settings in self._renditions.keys() - wanted:
            self._renditions.pop(settings).close()
        for settings in wanted - self._renditions.keys():
            rendition = Rendition(self._whole.width, self._whole.height, settings)
            self._renditions[settings] = rendition
            self._owed.add(settings)
            for patch in read(self._whole):
                rendition.paint(patch)
        self._owed &= wanted

    def close(self) -> None:
        """Give all encoders back."""
        self.follow((), lambda _: ())

    # --- what is owed ----------------------------------------------------------------------------------

    def owe_keyframe(self, settings: EncoderSettings) -> None:
        """Let the next frame of a rendition be a keyframe; one that is not there is not meant."""
        if settings in self._renditions:
            self._owed.add(settings)

    def owe_exact(self) -> None:
        """Begin the exact picture anew: somebody who takes it came, or missed a message."""
        self._is_exact_owed = True

    @property
    def is_frame_owed(self) -> bool:
        """Whether somebody has no picture to build on: only a frame will do."""
        return bool(self._owed) or self._is_exact_owed

    def pay(self, captured_at: float, now: float) -> list[Output]:
        """Return the frames that are owed; they are shown by everybody who gets them."""
        if self._is_exact_owed:
            # The frames have everything, also what exact pixels alone have brought so far.
            self._is_exact_owed = False
            return self._frames(self._renditions, captured_at, now, shows=[self._whole])
        return self._frames(tuple(self._owed), captured_at, now, shows=[])

    # --- changes ---------------------------------------------------------------------------------------

    def bring(
        self, patches: Sequence[Patch], captured_at: float, now: float, *, exactly: bool, as_video: bool
    ) -> list[Output]:
        """Bring a change: small ones as exact pixels where somebody takes those, else as frames.

        ``as_video``: somebody takes no exact pixels, so that each change needs a frame.
        """
        for rendition in self._renditions.values():
            for patch in patches:
                rendition.paint(patch)
        outputs: list[Output] = []
        left = patches
        if exactly and not self.is_frame_owed:
            message, left = self._exact.bring(patches, self._next_pts(captured_at) | KEEP_BIT, now)
            outputs += [] if message is None else [message]
        if self._is_exact_owed:
            return self.pay(captured_at, now)
        if left:
            shows = [patch.region for patch in left]
            return outputs + self._frames(self._renditions, captured_at, now, shows=shows)
        return outputs + (self.sharpen(captured_at, now) if as_video else [])

    def sharpen(self, captured_at: float, now: float) -> list[Output]:
        """Return a frame of each rendition that shows nothing new to those who have exact pixels."""
        return self._frames(self._renditions, captured_at, now, shows=None)

    # --- a picture at rest -----------------------------------------------------------------------------

    @property
    def refinement_due_at(self) -> float:
        """Monotonic seconds from which ``refine`` makes sense; infinite when all is exact."""
        due_at = self._exact.due_at
        return _NEVER if due_at is None else due_at

    def refine(self, read: Callable[[Region], Sequence[Patch]], now: float) -> bytes:
        """Return the message that makes the next part of the picture exact."""
        return self._exact.refine(read, self._next_pts(now) | KEEP_BIT)

    # --- frames ----------------------------------------------------------------------------------------

    def _frames(
        self,
        which: Iterable[EncoderSettings],
        captured_at: float,
        now: float,
        *,
        shows: Sequence[Region] | None,
    ) -> list[Output]:
        """Encode ``which`` renditions.

        ``shows``: what exact pixels have not brought; None: they have brought everything. A keyframe is
        shown by everybody: whoever asked for it has lost his picture.
        """
        pts = self._next_pts(captured_at)
        outputs: list[Output] = []
        is_shown = shows is not None
        for settings in tuple(which):
            is_keyframe = settings in self._owed
            is_shown |= is_keyframe
            frame = self._renditions[settings].encode(
                pts=pts if shows is not None or is_keyframe else pts | KEEP_BIT,
                keyframe=is_keyframe,
                captured_at=captured_at,
            )
            if frame is not None:
                self._owed.discard(settings)
                outputs.append(CodedFrame(settings, frame))
        if is_shown:
            self._exact.video_shown(shows or (), pts, now)
        return outputs

    def _next_pts(self, captured_at: float) -> int:
        """Return ``captured_at`` in ticks, even, later than all before it."""
        self._last_pts = max(int(captured_at * VIDEO_CLOCK_HZ), self._last_pts + 2) & ~KEEP_BIT
        return self._last_pts
