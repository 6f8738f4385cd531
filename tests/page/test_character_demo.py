"""The character demo in a browser: what is written is fitted as the data are, and read as torch would read it."""

import dataclasses
import json
import re
from urllib.parse import quote

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browsers import settled
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.photograph import Box, bounds, extent, fitted
from kuzushi.characters.nets import build, log_probabilities
from kuzushi.core.kana import KANA, curve

ROMAJI = [kana.romaji for kana in KANA]
HA = 5
KINDS = ("lin", "full", "conv", "deep")


@pytest.fixture(scope="session")
def results(recognisers):
    return recognisers


@pytest.fixture(scope="module")
def engine(browser, address):
    """One page for the tests that only compute."""
    context = browser.new_context(offline=True)
    tab = context.new_page()
    tab.goto(address)
    tab.wait_for_selector("html[data-ready]", state="attached")
    yield tab
    context.close()


@pytest.fixture(scope="session")
def models(recognisers):
    """The nets as they travel: matrices and kernels rounded to 16 bits."""
    return {result.net: rounded(result) for result in recognisers}


def rounded(result, *, classes=10, side=28):
    model = build(result.config, classes=classes, side=side, seed=0)
    model.load_state_dict({
        name: torch.from_numpy(array.astype(np.float16).astype(np.float32) if array.ndim > 1 else array)
        for name, array in result.weights.items()
    })  # fmt: skip
    return model.eval()


@pytest.fixture(scope="session")
def training(recognisers):
    """The training images that travel, with their labels."""
    samples = recognisers[0].arrays["samples"]
    there = samples.any((2, 3))
    return samples[there], np.nonzero(there)[0]


def probabilities(model, images):
    with torch.no_grad():
        return log_probabilities(model, torch.from_numpy(np.array(images))).exp().numpy()


def part(tab, name):
    return tab.locator(f"#character_demo .{name}")


def computed(tab, script, argument=None):
    """What a script says in the page, with `modules` and the demo's `data` at hand."""
    before = """async (argument) => {
      const names = ["unpack", "nets", "characters/fitting", "characters/sheet", "characters/readings"];
      const modules = Object.assign({}, ...(await Promise.all(names.map((name) => import(name)))));
      const data = await modules.unpacked(document.querySelector("#character_demo script.data"));
      const net = (kind) => {
        const one = data.nets.find((net) => net.kind === kind);
        return { ...one, side: data.side, weights: modules.tensors(one.weights) };
      };
    """
    return tab.evaluate(f"{before} {script} }}", argument)


def write(tab, label, *, size=0.8, centre=(0.5, 0.5)):
    """Write a kana with the mouse, as large as a part of the sheet."""
    sheet = part(tab, "pad")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    for stroke in KANA[label].strokes:
        line = (curve(stroke, per_segment=6) - 50) / 100 * size + centre
        x, y = box["x"] + box["width"] * line[:, 0], box["y"] + box["height"] * line[:, 1]
        tab.mouse.move(x[0], y[0])
        tab.mouse.down()
        for point in zip(x[1:], y[1:], strict=True):
            tab.mouse.move(*point)
        tab.mouse.up()


def seen(tab):
    """The image that the nets get, read from its canvas."""
    rest(tab)
    alpha = part(tab, "seen").evaluate(
        "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
        ".filter((_, i) => i % 4 === 3)"
    )
    side = round(len(alpha) ** 0.5)
    return np.array(alpha, np.uint8).reshape(side, side)


def rest(tab):
    """Wait until what was asked for is drawn, and the slowest net has answered too."""
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(tab.locator("#character_demo .waiting")).to_have_count(0)


def address_of(tab):
    """The address of the page, once it holds the state that is shown."""
    settled(tab)
    return tab.evaluate("location.href")


def answers(tab):
    """The most probable classes of each net, with their percent, as they stand on the page."""
    rest(tab)
    return [
        [
            (re.search(r"[^\W\d_]+", bar).group(), float(re.search(r"([\d.]+) %", bar).group(1)))
            for bar in net.locator(".bars li").all_text_contents()
        ]
        for net in part(tab, "net").all()
    ]


def assert_answers_are_torchs(tab, models, image):
    for kind, bars in zip(KINDS, answers(tab), strict=True):
        expected = 100 * probabilities(models[kind], image[None])[0]
        order = np.argsort(-expected)[:5]
        np.testing.assert_allclose([percent for _, percent in bars], expected[order], atol=0.051)
        assert bars[0][0] == ROMAJI[order[0]]


# --- numbers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_net_reads_in_the_page_as_in_torch(engine, models, training, kind):
    noise = np.random.default_rng(0).integers(0, 256, (8, 28, 28), dtype=np.uint8)
    images = np.concatenate([training[0][::40], noise])
    script = "const one = net(argument.kind); return argument.images.map((image) => modules.recognise(one, image));"
    found = computed(engine, script, {"kind": kind, "images": images.reshape(-1, 784).tolist()})
    np.testing.assert_allclose(found, probabilities(models[kind], images), atol=1e-5)


def test_the_data_look_as_classify_sees_them_and_as_wide_as_a_ring_of_known_width(engine, training):
    look = computed(
        engine,
        "return modules.lookOf(argument.map((image) => Uint8Array.from(image)), 28);",
        training[0].reshape(-1, 784).tolist(),
    )
    assert look["extent"] == pytest.approx(extent(training[0]))
    y, x = np.mgrid[: 28 * 8, : 28 * 8] / 8
    for width in (2.0, 3.0, 4.0):
        fine = np.abs(np.hypot(x - 14, y - 14) - 8) < width / 2
        ring = fine.reshape(28, 8, 28, 8).mean((1, 3))
        assert computed(engine, "return modules.strokeWidth(argument, 28);", ring.ravel().tolist()) == pytest.approx(
            width, rel=0.1
        )


@pytest.mark.parametrize("label", [0, 3, 9])
def test_ink_is_boxed_as_a_picture_is_and_fitted_nearly_the_same(engine, label):
    strokes = [np.rint(2.8 * curve(stroke, per_segment=4)).tolist() for stroke in KANA[label].strokes]
    script = """
      const look = { side: 28, extent: 0.75, stroke: 2.5 };
      const { ink, width } = modules.inked(argument, look);
      const box = modules.bounds(ink, width);
      return { ink: [...ink], width, box, image: [...modules.fitted(ink, width, box, look)] };
    """
    found = computed(engine, script, strokes)
    ink = np.array(found["ink"]).reshape(-1, found["width"])
    assert Box(**found["box"]) == bounds(ink)
    expected = fitted(ink, bounds(ink), side=28, extent=0.75).astype(float)
    difference = np.array(found["image"]).reshape(28, 28) - expected  # areas here, cubic splines there
    assert np.abs(difference).mean() < 3
    assert np.abs(difference).max() < 60


def test_each_pixel_is_the_mean_of_its_area(engine):
    ink = np.random.default_rng(0).random((84, 60)).astype(np.float32)
    script = """
      const box = { top: 0, bottom: 84, left: 0, right: 60 };
      return modules.fitted(Float32Array.from(argument), 60, box, { side: 28, extent: 0.75 });
    """
    found = [computed(engine, f"return [...await (async () => {{ {script} }})()];", ink.ravel().tolist())]
    square = np.pad(ink, ((14, 14), (26, 26)))  # 112 pixels, four to each of the image's
    expected = 255 * square.reshape(28, 4, 28, 4).mean((1, 3))
    np.testing.assert_allclose(np.reshape(found, (28, 28)), expected, atol=0.51)


def test_strokes_come_out_in_the_middle_and_as_wide_as_the_datas_however_large_they_are_drawn(engine):
    look = {"side": 28, "extent": 0.75, "stroke": 2.5}
    images = []
    for size in (0.8, 1.5, 2.6):
        strokes = [np.rint(5 + size * curve(stroke, per_segment=6)).tolist() for stroke in KANA[HA].strokes]
        script = "return [...modules.drawn(argument.strokes, argument.look)];"
        images.append(np.reshape(computed(engine, script, {"strokes": strokes, "look": look}), (28, 28)) / 255)
    for image in images:
        box = bounds(image)
        assert abs(box.longer - 21) <= 1
        assert abs((box.top + box.bottom) / 2 - 14) <= 0.5
        assert abs((box.left + box.right) / 2 - 14) <= 0.5
        width = computed(engine, "return modules.strokeWidth(argument, 28);", image.ravel().tolist())
        assert width == pytest.approx(2.5, rel=0.15)
        assert np.abs(image - images[-1]).mean() < 0.03


def test_a_dot_is_as_wide_as_a_stroke_and_a_dash_is_not_blown_up_to_a_character(engine):
    script = "return [...modules.drawn([argument], { side: 28, extent: 0.75, stroke: 2.5 })];"
    dot = np.reshape(computed(engine, script, [[30, 40]]), (28, 28)) / 255
    assert dot.sum() == pytest.approx(np.pi * 1.25**2, rel=0.1)
    assert dot[13:15, 13:15].min() > 0.9
    dash = np.reshape(computed(engine, script, [[30, 40], [44, 40]]), (28, 28)) / 255
    length = (21 - 2.5) * 14 / 56  # a fifth of the sheet, 56 units, is as long as a character
    assert dash.sum() == pytest.approx(2.5 * length + np.pi * 1.25**2, rel=0.1)


def test_strokes_are_text_and_back(engine):
    strokes = [[[0, 280], [17, 3]], [[140, 140]]]
    text = computed(engine, "return modules.written(argument);", strokes)
    assert re.fullmatch(r"[0-9a-z-]+", text)
    assert computed(engine, "return modules.unwritten(argument);", text) == strokes


def test_the_nearest_images_are_those_of_the_smallest_distance(tab, training):
    images, labels = training
    write(tab, HA)
    far = np.linalg.norm((images.astype(float) - seen(tab)).reshape(len(images), -1), axis=1) / 255
    order = np.argsort(far)[:6]
    expected = [f"{ROMAJI[labels[place]]}{far[place]:.2f}" for place in order]
    expect(tab.locator("#character_demo .nearest li p")).to_have_text(expected)
    expect(part(tab, "among")).to_contain_text(f"of the {len(images)} training images that travel with this page")


# --- what each net sees ------------------------------------------------------------------------------------------


def wiped(model, image, label, *, size, step):
    """The fall of the probability by squares, in percentage points: the mean over each pixel, and the squares."""
    side = len(image)
    starts = [*range(0, side - size, step), side - size]
    places = [(top, left) for top in starts for left in starts]
    copies = np.repeat(image[None], len(places), axis=0)
    for copy, (top, left) in zip(copies, places, strict=True):
        copy[top : top + size, left : left + size] = 0
    falls = 100 * (probabilities(model, image[None])[0, label] - probabilities(model, copies)[:, label])
    total, covering = np.zeros((side, side)), np.zeros((side, side))
    for (top, left), fall in zip(places, falls, strict=True):
        total[top : top + size, left : left + size] += fall
        covering[top : top + size, left : left + size] += 1
    return total / covering, dict(zip(places, falls, strict=True))


OCCLUDED = """
  const seen = await modules.occlusion(net(argument.kind), Uint8Array.from(argument.image), argument.label, {
    signal: new AbortController().signal,
  });
  return { map: [...seen.map], strongest: seen.strongest };
"""


@pytest.mark.parametrize("kind", ["lin", "full", "conv"])
def test_the_map_of_what_a_net_sees_is_what_wiping_each_square_takes_away(engine, models, training, kind):
    image, label = training[0][7].copy(), int(training[1][7])
    image[:, 20:] = 0  # so that there are squares without ink
    found = computed(engine, OCCLUDED, {"kind": kind, "image": image.ravel().tolist(), "label": label})
    expected, falls = wiped(models[kind], image, label, size=4, step=2)
    np.testing.assert_allclose(np.reshape(found["map"], (28, 28)), expected, atol=2e-3)
    strongest = found["strongest"]
    assert abs(strongest["fall"]) == pytest.approx(max(map(abs, falls.values())), abs=2e-3)
    assert falls[strongest["top"], strongest["left"]] == pytest.approx(strongest["fall"], abs=2e-3)


def test_every_net_shows_its_map_and_says_in_words_what_decides(tab, models, training):
    image = training[0][0]
    for kind, net in zip(KINDS, part(tab, "net").all(), strict=True):
        canvas = net.get_by_role("img")
        expect(canvas).to_have_attribute("aria-label", re.compile("wiped|No single square"))
        label = int(probabilities(models[kind], image[None]).argmax())
        falls = wiped(models[kind], image, label, size=4, step=2)[1]
        largest = max(falls.values(), key=abs)
        words = f"{ROMAJI[label]} {'loses' if largest > 0 else 'gains'} {abs(largest):.1f} percentage points"
        if abs(largest) >= 0.06:
            expect(net.locator(".caption")).to_have_text(f"The marked square wiped: {words}.")
            assert words in canvas.get_attribute("aria-label")
            expect(net.locator(".range")).to_contain_text("points")
            colours = np.array(canvas.evaluate(
                "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"
            )).reshape(-1, 4)  # fmt: skip
            blue = (colours[:, 2] > colours[:, 0]).reshape(28, 28)
            mapped = wiped(models[kind], image, label, size=4, step=2)[0]
            clear = np.abs(mapped) > 0.2 * np.abs(mapped).max()
            np.testing.assert_array_equal(blue[clear], mapped[clear] > 0)


def test_a_map_that_is_no_longer_wanted_is_given_up(engine, training):
    script = """
      const giveUp = new AbortController();
      const image = Uint8Array.from(argument);
      return modules.occlusion(net("deep"), image, 0, { signal: giveUp.signal, progress: () => giveUp.abort() });
    """
    assert computed(engine, script, training[0][0].ravel().tolist()) is None


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_kana_that_is_written_with_the_mouse_is_centred_and_read_by_every_net(tab, models, training):
    write(tab, HA)
    image = seen(tab)
    box = bounds(image / 255)
    assert abs(box.longer - 28 * extent(training[0])) <= 1
    assert abs((box.top + box.bottom) / 2 - 14) <= 0.5
    assert abs((box.left + box.right) / 2 - 14) <= 0.5
    assert_answers_are_torchs(tab, models, image)
    expect(part(tab, "status")).to_contain_text("NetConv ")
    expect(part(tab, "pad")).to_have_attribute("aria-label", "Sheet to write on, 3 strokes")


def test_quick_nets_answer_in_the_frame_and_the_slow_one_shows_that_its_answer_is_old(tab):
    rest(tab)
    before = part(tab, "net").locator(".top").all_text_contents()
    after = part(tab, "pad").evaluate(
        """async (sheet) => {
          const { left, top } = sheet.getBoundingClientRect();
          const point = { clientX: left + 50, clientY: top + 50 };
          sheet.dispatchEvent(new PointerEvent("pointerdown", { pointerId: 1, ...point }));
          await new Promise(requestAnimationFrame);
          return [...document.querySelectorAll("#character_demo .net")].map((net) => [
            net.classList.contains("waiting"), net.querySelector(".top").textContent,
          ]);
        }"""
    )
    assert [waiting for waiting, _ in after] == [False, False, False, True]
    assert after[3][1] == before[3]
    assert all(now != old for (_, now), old in zip(after[:3], before[:3], strict=True))


def test_nets_have_their_accuracy_and_its_count_under_their_names(tab, recognisers):
    for net, result in zip(part(tab, "net").all(), recognisers, strict=True):
        right, tested = result.seeds[0].test_correct, result.data.test
        words = f"{100 * right / tested:.1f} % of {tested} test images read right"
        expect(net.locator(".accuracy")).to_have_text(words)
    expect(tab.locator("#character_demo")).to_contain_text("rounded to 16 bits")


def test_strokes_are_taken_back_one_by_one_and_cleared(tab):
    ink = tab.locator("#character_demo .ink path")
    write(tab, HA)
    expect(ink).to_have_count(3)
    part(tab, "undo").click()
    expect(ink).to_have_count(2)
    part(tab, "clear").click()
    expect(ink).to_have_count(0)
    assert not seen(tab).any()
    assert answers(tab) == [[], [], [], []]
    expect(part(tab, "status")).to_have_text("The sheet is empty.")
    expect(tab.locator("#character_demo .nearest li")).to_have_count(0)
    part(tab, "undo").click()  # nothing is left
    expect(ink).to_have_count(0)


def test_what_is_written_is_the_same_wherever_on_the_sheet_and_in_whatever_size(tab):
    write(tab, HA)
    large = seen(tab).astype(float)
    part(tab, "clear").click()
    write(tab, HA, size=0.35, centre=(0.7, 0.25))
    assert np.abs(seen(tab) - large).mean() < 8


def test_a_sample_is_read_instead_and_undo_brings_the_drawing_back(tab, models, training):
    write(tab, HA)
    written = seen(tab)
    part(tab, "choice").select_option(label="training images: su")
    second = np.flatnonzero(training[1] == 2)[1]
    tab.locator("#character_demo .row button").nth(1).click()
    np.testing.assert_array_equal(seen(tab), training[0][second])
    assert_answers_are_torchs(tab, models, training[0][second])
    expect(tab.locator("#character_demo .row button").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(tab.locator("#character_demo .ink path")).to_have_count(0)
    part(tab, "undo").click()
    np.testing.assert_array_equal(seen(tab), written)


def test_the_true_class_of_a_sample_is_marked_among_the_answers(tab):
    rest(tab)
    marked = tab.locator("#character_demo .bars .true .class-name")
    assert marked.count() > 0
    assert set(marked.all_text_contents()) == {"o"}
    write(tab, HA)
    rest(tab)
    expect(marked).to_have_count(0)


def test_images_that_a_net_misread_can_be_picked_too(tab, recognisers):
    lin = recognisers[0]
    part(tab, "choice").select_option(label="test images that NetLin misreads")
    first = tab.locator("#character_demo .row button").first
    cell = lin.gallery[0]
    words = f"{ROMAJI[cell.target]}, a test image that NetLin reads as {ROMAJI[cell.predicted]}"
    expect(first).to_have_attribute("aria-label", words)
    first.click()
    np.testing.assert_array_equal(seen(tab), lin.arrays["confused"][0, 0])
    assert answers(tab)[0][0][0] == ROMAJI[cell.predicted]


def test_one_of_the_nearest_images_can_be_read_and_its_group_is_shown(tab, training):
    write(tab, HA)
    nearest = tab.locator("#character_demo .nearest")
    settled(tab)
    assert nearest.locator("li").count() == 6
    name = nearest.locator("li .class-name").nth(1).text_content()
    nearest.get_by_role("button").nth(1).focus()
    tab.keyboard.press("Enter")
    expect(nearest.locator("li .number").first).to_have_text("0.00")
    expect(nearest.get_by_role("button").first).to_be_focused()
    expect(part(tab, "choice").locator("option:checked")).to_have_text(f"training images: {name}")
    assert (seen(tab) == training[0]).all((1, 2)).any()


# --- without a mouse ------------------------------------------------------------------------------------------


def test_everything_is_written_by_keyboard(tab, models):
    ink, sheet = tab.locator("#character_demo .ink path"), part(tab, "pad")
    sheet.focus()
    for keys in (["Space", *["ArrowDown"] * 8, "Space"], ["ArrowRight"] * 3, ["Space", *["ArrowUp"] * 8, "Escape"]):
        for key in keys:
            tab.keyboard.press(key)
    expect(ink).to_have_count(2)
    image = seen(tab)
    box = bounds(image / 255)
    assert box.bottom - box.top > box.right - box.left  # two upright bars, 80 units high and 30 apart
    assert (image[14] > 127).sum() < image[14].size / 2
    assert not image[14, 13:15].any()
    assert_answers_are_torchs(tab, models, image)
    tab.keyboard.press("Backspace")
    expect(ink).to_have_count(1)
    tab.keyboard.press("Control+z")
    expect(ink).to_have_count(0)


def test_two_arrows_at_once_go_aslant_and_shift_makes_steps_half_as_long(tab):
    part(tab, "clear").click()
    part(tab, "pad").focus()
    tab.keyboard.press("Space")
    for key in ("ArrowRight", "ArrowDown"):
        tab.keyboard.down(key)
    for key in ("ArrowRight", "ArrowDown"):
        tab.keyboard.up(key)
    tab.keyboard.press("Shift+ArrowUp")
    text = re.search(r"strokes%22%3A%22([0-9a-z-]+)%22", address_of(tab)).group(1)
    found = computed(tab, "return modules.unwritten(argument);", text)
    assert found == [[[140, 140], [150, 140], [160, 150], [160, 145]]]


def test_the_samples_are_gone_along_by_arrow_keys(tab):
    buttons = tab.locator("#character_demo .row button")
    buttons.first.focus()
    tab.keyboard.press("ArrowRight")
    expect(buttons.nth(1)).to_be_focused()
    tab.keyboard.press("Enter")
    expect(buttons.nth(1)).to_have_attribute("aria-pressed", "true")
    tab.keyboard.press("End")
    expect(buttons.last).to_be_focused()
    tab.keyboard.press("Home")
    expect(buttons.first).to_be_focused()
    assert buttons.evaluate_all("(all) => all.filter((one) => one.tabIndex === 0).length") == 1


def test_a_finger_writes_and_does_not_scroll_the_page(opened, address):
    tab = opened(address, width=390, height=844)
    sheet = part(tab, "pad")
    sheet.evaluate("(sheet) => sheet.scrollIntoView({ block: 'center' })")
    box, scrolled = sheet.bounding_box(), tab.evaluate("() => scrollY")
    touch = tab.context.new_cdp_session(tab)
    for kind, share in [("touchStart", 0.2), *[("touchMove", 0.2 + 0.05 * i) for i in range(1, 13)]]:
        point = {"x": box["x"] + 0.5 * box["width"], "y": box["y"] + share * box["height"]}
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(tab.locator("#character_demo .ink path")).to_have_count(1)
    found = bounds(seen(tab) / 255)
    assert found.bottom - found.top > 15
    assert found.right - found.left < 5
    assert tab.evaluate("() => scrollY") == scrolled


def test_a_pen_writes_alike_however_hard_it_is_pressed(tab):
    script = """(sheet, pressure) => {
      const box = sheet.getBoundingClientRect();
      const send = (type, share) => sheet.dispatchEvent(new PointerEvent(type, {
        pointerId: 7, pointerType: "pen", button: 0, pressure, bubbles: true,
        clientX: box.left + share * box.width, clientY: box.top + share * box.height,
      }));
      send("pointerdown", 0.2);
      for (let i = 1; i < 10; i++) send("pointermove", 0.2 + 0.05 * i);
      send("pointerup", 0.65);
    }"""
    images = []
    for pressure in (0.1, 0.9):
        part(tab, "clear").click()
        part(tab, "pad").evaluate(script, pressure)
        images.append(seen(tab))
    assert images[0].any()
    np.testing.assert_array_equal(*images)


def test_a_second_finger_and_the_right_button_do_not_write(tab):
    part(tab, "clear").click()
    box = part(tab, "pad").bounding_box()
    tab.mouse.move(box["x"] + 50, box["y"] + 50)
    tab.mouse.down(button="right")
    tab.mouse.move(box["x"] + 150, box["y"] + 150)
    tab.mouse.up(button="right")
    part(tab, "pad").evaluate(
        """(sheet) => {
          const { left, top } = sheet.getBoundingClientRect();
          const send = (type, pointerId, x) => sheet.dispatchEvent(
            new PointerEvent(type, { pointerId, pointerType: "touch", clientX: left + x, clientY: top + 50 }));
          send("pointerdown", 1, 30);
          send("pointerdown", 2, 200);
          send("pointermove", 1, 60);
          send("pointermove", 2, 230);
          send("pointerup", 2, 230);
          send("pointermove", 1, 90);
          send("pointerup", 1, 90);
        }"""
    )
    expect(tab.locator("#character_demo .ink path")).to_have_count(1)


# --- the address ------------------------------------------------------------------------------------------------


def test_a_link_shares_what_is_written(opened, address, tab):
    assert "#" not in address_of(tab)
    write(tab, HA)
    image, found = seen(tab), answers(tab)
    shared = address_of(tab)
    assert len(shared) - len(address) < 2_000
    assert "NetDeep" in part(tab, "status").text_content()
    other = opened(shared)
    np.testing.assert_array_equal(seen(other), image)
    assert answers(other) == found


def test_a_link_shares_a_picked_image(opened, tab, recognisers):
    part(tab, "choice").select_option(label="test images that NetFull misreads")
    tab.locator("#character_demo .row button").nth(2).click()
    image = seen(tab)
    other = opened(address_of(tab))
    np.testing.assert_array_equal(seen(other), image)
    expect(part(other, "choice").locator("option:checked")).to_have_text("test images that NetFull misreads")
    expect(other.locator("#character_demo .row button").nth(2)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    "said",
    [
        "not json",
        "7",
        '{"strokes": 5}',
        '{"strokes": "zzzz"}',
        '{"strokes": "<b>"}',
        '{"sample": ["training", 9999]}',
        '{"sample": ["__proto__", 0]}',
        json.dumps({"strokes": "0000" * 50_000}),
    ],
)
def test_an_address_that_makes_no_sense_is_ignored(opened, address, training, said):
    tab = opened(f"{address}#character_bench={quote(said)}")
    np.testing.assert_array_equal(seen(tab), training[0][0])


# --- for everyone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, address, scheme):
    tab = opened(address, color_scheme=scheme)
    write(tab, HA)
    for net in part(tab, "net").all()[:3]:
        expect(net.get_by_role("img")).to_have_attribute("aria-label", re.compile("wiped|No single"))
    found = Axe().run(tab, context="#character_demo")
    assert found.violations_count == 0, found.generate_report()


def test_a_phone_shows_it_without_scrolling_sideways_and_with_room_for_a_finger(opened, address):
    tab = opened(address, width=360, height=780)
    rest(tab)
    assert tab.evaluate("() => document.documentElement.scrollWidth") <= 360
    for target in tab.locator("#character_demo :is(button, select)").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24


# --- other images -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def crosses(recognisers):
    """A net of two classes, whose images are 64 pixels wide: rings and crosses."""
    config = CharactersConfig(net="lin")
    model, generator = build(config, classes=2, side=64, seed=3), np.random.default_rng(1)
    y, x = np.mgrid[:64, :64] - 31.5
    ring, cross = np.abs(np.hypot(x, y) - 20) < 3, (np.abs(np.abs(x) - np.abs(y)) < 4) & (np.abs(x) < 22)
    samples = np.stack([np.stack([255 * shape.astype(np.uint8)] * 4) for shape in (ring, cross)])
    samples -= generator.integers(0, 30, samples.shape, dtype=np.uint8) * (samples > 0)
    first = recognisers[0]
    return dataclasses.replace(
        first,
        config=config,
        data=dataclasses.replace(first.data, classes=("o", "x"), sha256="of others", name="marks"),
        seeds=tuple(dataclasses.replace(seed, confusion=()) for seed in first.seeds),
        pairs=(),
        gallery=(),
        arrays=first.arrays | {"samples": samples, "confused": np.zeros((0, 12, 64, 64), np.uint8)},
        weights={name: tensor.numpy() for name, tensor in model.state_dict().items()},
    )


def test_images_of_another_side_and_classes_that_are_no_kana_do_as_well(opened, without_figures, crosses):
    tab = opened(without_figures([crosses]))
    model = rounded(crosses, classes=2, side=64)
    write(tab, HA)
    image = seen(tab)
    assert image.shape == (64, 64)
    assert abs(bounds(image / 255).longer - 64 * extent(crosses.arrays["samples"].reshape(-1, 64, 64))) <= 1.5
    ((best, percent), (_, other)) = answers(tab)[0]
    expected = 100 * probabilities(model, image[None])[0]
    assert best == ("o", "x")[expected.argmax()]
    np.testing.assert_allclose([percent, other], np.sort(expected)[::-1], atol=0.051)
    assert tab.locator("#character_demo .bars .kana").count() == 0
    expect(part(tab, "square")).to_have_text("10 × 10 pixels")
    net = tab.locator("#character_demo .net").first
    expect(net.get_by_role("img")).to_have_attribute("aria-label", re.compile("wiped|No single"))
    found = computed(tab, OCCLUDED, {"kind": "lin", "image": image.ravel().tolist(), "label": 0})
    expected, _ = wiped(model, image, 0, size=10, step=5)
    np.testing.assert_allclose(np.reshape(found["map"], (64, 64)), expected, atol=2e-3)
