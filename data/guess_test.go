package data

import (
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

// Sentences of many languages are recognised in the encodings that their texts have.
func TestGuessEncoding(t *testing.T) {
	texts := map[string]string{
		"German":      "Der Müller ging über die Brücke und grüßte die schöne Königin.\nSie hörte ihn nicht, weil es stürmte.\n",
		"French":      "L’été dernier, la forêt était très sèche à cause du soleil.\nElle a été protégée par des élèves du collège.\n",
		"Spanish":     "¿Dónde está el niño? El pequeño león vio la cebra cerca del río.\nMañana vendrá la señora.\n",
		"Portuguese":  "O leão não viu a zebra à beira do rio; a manhã começou com emoção.\nAs ações são boas.\n",
		"Swedish":     "Lejonet såg zebran nära ån och gick hem över ängen.\nÄven den gamla räven åt.\n",
		"Danish":      "Løven så zebraen ved åen, og æblerne lå på jorden.\nDen gamle ræv åd.\n",
		"English":     "“Yes,” said the clerk’s boy.\n“No,” said the miller’s cat.\n",
		"Italian":     "Perché è così? La città è più bella di sera, e il caffè è buono.\n",
		"Polish":      "Lew zobaczył zebrę nad rzeką, a potem poszedł spać pod łóżko.\nŻółw śpi już od świtu.\n",
		"Czech":       "Lev uviděl zebru u řeky a pak šel spát pod strom.\nDěti měly večeři, ale kůň nejedl nic.\n",
		"Hungarian":   "Az oroszlán meglátta a zebrát a folyónál, és hűvös erdőben aludt.\nAz őz félt tőle.\n",
		"Russian":     "Лев увидел зебру у реки и пошёл спать под деревом.\nСтарая лиса ела рыбу, а потом убежала.\n",
		"Ukrainian":   "Лев побачив зебру біля річки і пішов спати під деревом.\nСтара лисиця їла рибу.\n",
		"Greek":       "Το λιοντάρι είδε τη ζέβρα κοντά στο ποτάμι και κοιμήθηκε.\nΗ αλεπού έφαγε το ψάρι.\n",
		"Hebrew":      "האריה ראה את הזברה ליד הנהר והלך לישון מתחת לעץ.\nהשועל אכל את הדג.\n",
		"Arabic":      "رأى الأسد الحمار الوحشي قرب النهر ثم نام تحت الشجرة.\nأكل الثعلب السمكة.\n",
		"Thai":        "สิงโตเห็นม้าลายใกล้แม่น้ำและนอนใต้ต้นไม้\nสุนัขจิ้งจอกกินปลา\n",
		"Japanese":    "ライオンは川の近くでシマウマを見ました。\nそれから木の下で眠りました。きつねは魚を食べた。\n",
		"Chinese":     "小猫看见小狗在河边喝水，然后它们一起回家了。\n老虎看见兔子，但是没有吃它。\n",
		"Traditional": "小貓看見小狗在河邊喝水，然後牠們一起回家了。\n老虎看見兔子，但是沒有吃牠。\n",
		"Korean":      "사자는 강가에서 얼룩말을 보았다.\n그리고 나무 아래에서 잠을 잤다. 여우는 물고기를 먹었다.\n",
	}
	for encoding, languages := range map[string][]string{
		"windows-1252": {"German", "French", "Spanish", "Portuguese", "Swedish", "Danish", "English", "Italian"},
		"macintosh":    {"German", "French", "Spanish", "English", "Italian", "Swedish"},
		"windows-1250": {"Polish", "Czech", "Hungarian"},
		"windows-1251": {"Russian", "Ukrainian"}, "koi8-r": {"Russian"}, "ibm866": {"Russian"},
		"windows-1253": {"Greek"}, "windows-1255": {"Hebrew"}, "windows-1256": {"Arabic"}, "windows-874": {"Thai"},
		"shift_jis": {"Japanese"}, "euc-jp": {"Japanese"}, "gb18030": {"Chinese"}, "big5": {"Traditional"}, "euc-kr": {"Korean"},
	} {
		e, err := htmlindex.Get(encoding)
		if err != nil {
			t.Fatal(err)
		}
		for _, language := range languages {
			bytes, err := e.NewEncoder().String(texts[language])
			if err != nil {
				t.Fatalf("%s in %s: %v", language, encoding, err)
			}
			if got := guessEncoding(bytes); got != encoding {
				t.Errorf("%s in %s is taken for %q", language, encoding, got)
			}
		}
	}
	for name, bytes := range map[string]string{"random": "\x80\x05\x95\xfe\x1b\x07\x9d\x03\xbf\xe1\x8d\x02\x99\xc1\x07\xf3", "control": "\x01\x02\x90\x03"} {
		if got := guessEncoding(bytes); got != "" {
			t.Errorf("%s bytes are taken for %s", name, got)
		}
	}
}
