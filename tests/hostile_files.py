"""Files made to do harm, and a PDF file written by hand, for whoever reads claims and articles."""

from __future__ import annotations

WRONG_VALUES = {
    "true": "true",
    "list": "[1, 2]",
    "table without print": "{ sentence = 'x' }",
    "print that is a number": "{ printed = 29 }",
    "print that is empty": "{ printed = '' }",
    "print that is long": f"{{ printed = '{'9' * 201}' }}",
    "nan": "nan",
    "inf": "inf",
    "minus inf": "-inf",
    "negative": "-5",
    "huge int": "1" + "0" * 4000,
    "hexadecimal": "0x" + "f" * 4000,
    "date": "2004-06-01",
    "many digits": '"' + "9" * 200 + '"',
    "script": "'<script>alert(1)</script>'",
    "control characters": '"\\u0000\\u001b[31m29"',
    "right to left": '"\\u202e92"',
    "combining": '"2\\u0301\\u0301\\u03019"',
    "interval of one": "{ printed = '29', interval = [1.0] }",
    "interval of words": "{ printed = '29', interval = ['a', 'b'] }",
    "interval in the wrong order": "{ printed = '29', interval = [3.0, 2.0] }",
    "interval of nan": "{ printed = '29', interval = [nan, nan] }",
    "interval below zero": "{ printed = '29', interval = [-2.0, 3.0] }",
    "level of 95": "{ printed = '29', level = 95 }",
    "unit that is none": "{ printed = '29', unit = 'fortnights' }",
    "key that is none": "{ printed = '29', source = 'x' }",
    "limit that is none": "{ printed = '29', lower = 'a lot' }",
}
WRONG_FILES: dict[str, bytes] = {
    "binary": bytes(range(256)),
    "zip": b"PK\x03\x04" + b"\x00" * 100,
    "utf-16": "title = 'x'".encode("utf-16"),
    "nul": b"title = 'a\x00b'",
    "lone surrogate": b"title = '\xed\xa0\x80'",
    "not toml": b"title: x",
    "json": b'{"schema": "timezero/claim/1"}',
    "unclosed": b"title = '",
    "unclosed table": b"[numbers\nn = 1",
    "key twice": b"title = 'a'\ntitle = 'b'",
    "deep list": b"x = " + b"[" * 50_000 + b"]" * 50_000,
    "deep table": b"x = " + b"{a=" * 50_000 + b"1" + b"}" * 50_000,
    "deep key": b"[" + b"a." * 20_000 + b"a]",
    "integer of 10,000 digits": b"[numbers]\nn = " + b"9" * 10_000,
    "ten megabytes of text": b"text = '" + b"x" * 10_000_000 + b"'",
    "ten megabytes of keys": b"".join(b"k%d = 1\n" % k for k in range(900_000)),
    "title of a megabyte": b"title = '" + b"x" * 1_000_000 + b"'",
    "text too long": b"text = '" + b"x" * 300_000 + b"'",
    "wrong schema": b"schema = 'timezero/protocol/1'",
    "schema of another year": b"schema = 'timezero/claim/2'",
    "numbers are a list": b"numbers = [1, 2]",
    "numbers are a text": b"numbers = '29'",
    "survival is a table": b"[numbers.survival]\ntime = 1",
    "survival of nobody": b"[[numbers.survival]]\ntime = 1\nprinted = '50 %'",
    "survival before time zero": b"[[numbers.survival]]\ntime=-1\ngroup='all'\nprinted='50 %'",
    "survival at nan": b"[[numbers.survival]]\ntime=nan\ngroup='all'\nprinted='50 %'",
    "survival of 150 %": b"[[numbers.survival]]\ntime=1\ngroup='all'\nprinted='150 %'",
    "quantile of 2": b"[[numbers.quantiles]]\nshare=2\ngroup='all'\nprinted='50'",
    "more late than all": b"[numbers]\nn = 29\nn_late = 290",
    "more dead than alive before": b"[numbers]\nn_late = 8\ndeaths_late = 9",
    "p of 7": b"[numbers]\np_value = 7",
    "unit of the number differs": b"[numbers]\nwait = {printed='2 years', unit='days'}",
    "landmark of minus one": b"[question]\nlandmark = -1",
    "comparison that is none": b"[question]\ncomparison = 'fair'",
    "cure of 200 %": b"[assumptions]\ncure = [0.0, 2.0]",
    "ratios around zero": b"[assumptions]\nhazard_ratio = [0.0, 1.0]",
    "range in the wrong order": b"[assumptions]\ncure = [0.5, 0.1]",
    "curve at the root": b"[[numbers.curves]]\ngroup='all'\nfile='/etc/passwd'",
    "curve of the parent": b"[[numbers.curves]]\ngroup='all'\nfile='../../secret.csv'",
    "curve on the net": b"[[numbers.curves]]\ngroup='all'\nfile='https://example.org/a.csv'",
    "curve that is not there": b"[[numbers.curves]]\ngroup='all'\nfile='a.csv'",
}
HARMLESS: dict[str, bytes] = {
    "empty": b"",
    "nothing but a comment": b"# nothing",
    "byte order mark": b"\xef\xbb\xbftitle = 'x'",
    "script in the title": b"title = \"<script>alert('x')</script>\"",
    "control characters in the title": b'title = "\\u0007\\u001b[2J\\u202e"',
    "unicode": "title = '\u5fc3\U0001f642 \u0645'".encode(),
    "windows line ends": b"title = 'x'\r\n[numbers]\r\nn = 29\r\n",
    "template": b"title = '{{ 7 * 7 }} {% raw %} ${x} %s'",
}


def simple_pdf(lines: list[str]) -> bytes:
    """Return a PDF file of one page, written by hand, with one line of text under the other."""
    shown = " ".join(f"({line}) Tj 0 -16 Td" for line in lines)
    stream = f"BT /F1 11 Tf 40 760 Td {shown} ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R"
            b"/Resources<</Font<</F1 4 0 R>>>>>>"
        ),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    whole, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return whole + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (table, len(whole))
    )
