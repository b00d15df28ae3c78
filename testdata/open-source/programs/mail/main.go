// Letters: each is put together, read again, its HTML made harmless, and filed.
package main

import (
	"bytes"
	"fmt"
	"log"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/microcosm-cc/bluemonday"

	"example.com/libraries/recorder"
)

func body(n int) string {
	var b strings.Builder
	b.WriteString("<html><body><h1>Report</h1><table>")
	for i := range 40 {
		fmt.Fprintf(&b, `<tr onclick="x()"><td class="a b">row %d</td><td style="color:red"><a href="https://example.org/%d?q=%d">link</a></td><td><script>alert(%d)</script><b>%d</b></td></tr>`, i, n, i, n, i*n)
	}
	b.WriteString("</table></body></html>")
	return b.String()
}

func letter(n int, attachment []byte) []byte {
	builder := enmime.Builder().
		From("Sender", fmt.Sprintf("sender%d@example.org", n)).
		To("Reader", "reader@example.org").
		Subject(fmt.Sprintf("Monthly report %d – überall", n)).
		Text([]byte(strings.Repeat("Plain text of the letter, with some words. ", 30))).
		HTML([]byte(body(n))).
		AddAttachment(attachment, "application/pdf", "report.pdf")
	part, err := builder.Build()
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	if err := part.Encode(&out); err != nil {
		log.Fatal(err)
	}
	return out.Bytes()
}

type filed struct {
	subject, from, html string
	words               map[string]int
	files               [][]byte
}

func count(text string) map[string]int {
	words := map[string]int{}
	for _, word := range strings.Fields(text) {
		words[strings.ToLower(word)]++
	}
	return words
}

func file(raw []byte, policy *bluemonday.Policy) *filed {
	envelope, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		log.Fatal(err)
	}
	f := &filed{subject: envelope.GetHeader("Subject"), from: envelope.GetHeader("From")}
	if policy == nil {
		policy = bluemonday.UGCPolicy()
	}
	f.html = policy.Sanitize(envelope.HTML)
	f.words = count(envelope.Text)
	for _, part := range envelope.Attachments {
		if recorder.Is("files") {
			f.files = append(f.files, part.Content)
		} else {
			f.files = append(f.files, bytes.Clone(part.Content))
		}
	}
	return f
}

var box [64]*filed

func main() {
	attachment := bytes.Repeat([]byte("%PDF-1.7 stream of bytes\x00\x01\x02"), 900)
	var kept *bluemonday.Policy
	var letters [][]byte
	recorder.Run(3000, func(i int) {
		if len(letters) < 20 || !recorder.Is("letters") {
			letters = append(letters, letter(i, attachment))
			if len(letters) > 20 {
				letters = letters[1:]
			}
		}
		if kept == nil && recorder.Is("policy") {
			kept = bluemonday.UGCPolicy()
		}
		box[i%len(box)] = file(letters[i%len(letters)], kept)
	})
}
