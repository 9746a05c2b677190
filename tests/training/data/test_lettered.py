"""What the letters' network learns from: letters where they are said to stand, others beside them."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")

from kltool.localize.letters import HIGHEST, KINDS, LOWEST, SIDE_OF_PIECE, SWAPPED
from kltool.training.data.backgrounds import Backgrounds
from kltool.training.data.full_fields import is_for_training
from kltool.training.data.glyphs import CAPITAL, FONTS, HELD_OUT, glyphs
from kltool.training.data.lettered import contrast, lay, piece
from kltool.training.data.sprites import sign, sprite
from kltool.training.letters import CELLS, _targets
from kltool.typing import Float32

GREY = Backgrounds((), [np.tile(np.linspace(40, 160, 300).astype(np.uint8), (300, 1))])


def test_no_font_that_scores_is_learned_from() -> None:
    assert not set(FONTS) & set(HELD_OUT)


@pytest.mark.parametrize("font", [*FONTS, *HELD_OUT])
@pytest.mark.parametrize("letter", ["R", "L"])
def test_every_font_draws_its_letters_alike_high(font: str, letter: str) -> None:
    line = glyphs(letter, font, np.random.default_rng(2))
    assert line.mask.shape[0] == pytest.approx(CAPITAL, abs=3)
    assert 0.1 < line.mask.mean() < 0.9


@pytest.mark.parametrize("font", ["DejaVuSans", "hershey 0"])
def test_the_first_letter_of_a_word_ends_where_the_next_begins(font: str) -> None:
    alone, word = (glyphs(text, font, np.random.default_rng(5)) for text in ("R", "RIGHT"))
    assert word.right < 0.4 * word.mask.shape[1]
    assert word.right == pytest.approx(alone.mask.shape[1], abs=6)


def test_a_letter_lies_where_it_is_laid_and_mirrored_as_its_mirror_image() -> None:
    random = np.random.default_rng(1)
    drawn = sprite(glyphs("R", "DejaVuSans", random), random)
    field: Float32 = np.full((121, 121), 0.5, np.float32)
    plain, mirrored = (lay(field, drawn, (60.0, 60.0), 40.0, 0.0, flip) for flip in (False, True))
    rows, _ = np.nonzero(plain.ink > 0.5)
    assert rows.mean() == pytest.approx(60, abs=6)
    assert np.ptp(rows) == pytest.approx(40, abs=6)
    assert plain.inside == 1.0
    assert np.abs(plain.field - mirrored.field[:, ::-1]).mean() < 0.02
    assert np.abs(plain.field - mirrored.field).mean() > 0.02
    assert lay(field, drawn, (60.0, 0.0), 40.0, 0.0, False).inside == pytest.approx(0.5, abs=0.11)


def test_a_turn_is_clockwise() -> None:
    """An L turned by a right angle has its foot on the left and its stem on top."""
    random = np.random.default_rng(3)
    drawn = sprite(glyphs("L", "DejaVuSans", random), random)
    field: Float32 = np.full((121, 121), 0.5, np.float32)
    ink = lay(field, drawn, (60.0, 60.0), 60.0, 90.0, False).ink > 0.5
    rows, columns = np.nonzero(ink)
    above = rows < (rows.min() + rows.max()) / 2
    assert above.mean() > 0.6
    assert columns[~above].mean() < columns[above].mean()


def test_bright_strokes_have_a_positive_contrast() -> None:
    ink: Float32 = np.zeros((40, 40), np.float32)
    ink[10:30, 18:22] = 1
    assert contrast(ink * 0.7 + 0.1, ink) == pytest.approx(0.7, abs=0.01)
    assert contrast(0.9 - ink * 0.7, ink) == pytest.approx(-0.7, abs=0.01)


def test_pieces_are_as_the_network_sees_films_and_depend_on_their_number_alone() -> None:
    for number in range(20):
        one, again = (piece(GREY, np.random.default_rng(number)) for _ in range(2))
        assert one.picture.shape == (SIDE_OF_PIECE, SIDE_OF_PIECE)
        assert one.picture.dtype == np.float32
        assert np.abs(one.picture).max() <= 3.0
        assert np.array_equal(one.picture, again.picture)
        assert one.letters == again.letters


def test_letters_that_count_are_of_a_size_that_is_read_and_of_every_kind() -> None:
    letters = [letter for n in range(150) for letter in piece(GREY, np.random.default_rng(n)).letters]
    counting = [letter for letter in letters if letter.counts]
    assert {letter.kind for letter in counting} == set(range(len(KINDS)))
    assert all(LOWEST <= letter.height <= HIGHEST for letter in counting)
    assert any(not letter.counts for letter in letters)


def test_targets_have_a_peak_at_each_letter_that_counts_and_none_at_others() -> None:
    for number in range(60):
        one = piece(GREY, np.random.default_rng(number))
        heat, counts, pose, near = _targets(one)
        assert heat.shape == (len(KINDS), CELLS, CELLS)
        assert (heat == 1).sum() >= len({letter.kind for letter in one.letters if letter.counts})
        assert not heat.any() or any(letter.counts for letter in one.letters)
        assert (counts == 0).any() == any(not letter.counts for letter in one.letters)
        assert np.allclose(np.hypot(pose[1], pose[2])[near[0] > 0], 1.0, atol=1e-5)


def test_a_mirror_swaps_each_kind_with_its_mirrored_one() -> None:
    for kind, swapped in enumerate(SWAPPED):
        assert KINDS[swapped] == (KINDS[kind][0], not KINDS[kind][1])


def test_signs_are_drawn() -> None:
    assert all(sign(np.random.default_rng(number)).ink.any() for number in range(40))


def test_two_fifths_of_the_full_fields_are_learned_from() -> None:
    assert is_for_training("37e39035adc3.jpg")
    assert not is_for_training("1384fea1e328.jpg")
