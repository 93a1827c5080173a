# bash completion for attend. It needs bash 3.2 or later and no other package.

__start_attend() {
    # The words up to the cursor without their quotes, and of the last one: the quote that is open, and the part that bash keeps, since
    # it takes some characters, such as a colon, for the end of a word.
    local IFS=$' \t\n' line=${COMP_LINE-} words=() word= quote= kept= begun= char next i
    if [[ -n $line ]]; then
        line=${line:0:COMP_POINT}
    else
        line="${COMP_WORDS[*]:0:COMP_CWORD+1}"
    fi
    for ((i = 0; i < ${#line}; i++)); do
        char=${line:i:1} next=${line:i+1:1}
        if [[ $quote == "'" && $char != "'" ]]; then
            word+=$char
        elif [[ $char == '\' && ! ($quote == '"' && $next != [\"\$\`\\]) ]]; then
            word+=$next
            ((++i))
        elif [[ -n $quote && $char == "$quote" ]]; then
            quote=
        elif [[ -z $quote && ($char == "'" || $char == '"') ]]; then
            quote=$char kept=$word
        elif [[ -z $quote && ($char == ' ' || $char == $'\t') ]]; then
            [[ -n $begun ]] && words+=("$word")
            word= kept= begun=
            continue
        else
            word+=$char
            [[ -z $quote && ${COMP_WORDBREAKS-} == *"$char"* ]] && kept=$word
        fi
        begun=1
    done

    # The program prints the completions, each with a tab and its meaning, and as the last line a colon and a sum of: 1 an error, 2 no
    # space after the word, 4 no files, 16 folders.
    local program=${words[0]} out directive
    out=$'\n'$("${program/#~\//$HOME/}" __complete "${words[@]:1}" "$word" 2>/dev/null) || return
    directive=${out##*$'\n':}
    out=${out%$'\n':*}
    [[ $directive == +([0-9]) ]] || directive=0
    ((directive & 1)) && return
    { # bash 3 has no compopt
        ((directive & 2)) && compopt -o nospace
        ((directive & 4)) && compopt +o default
        ((directive & 16)) && compopt -o filenames
    } 2>/dev/null

    local flag= value rest
    if [[ $word == -*=* ]]; then # the program completes what follows the =
        flag=${word%%=*}=
        word=${word#"$flag"}
    fi
    COMPREPLY=()
    if ((directive & 16)); then # bash quotes them
        while IFS= read -r value; do
            value=$flag$value
            [[ $value != "$flag" ]] && COMPREPLY+=("${value#"$kept"}")
        done < <(compgen -d -- "$word")
        return
    fi
    local found=()
    while IFS= read -r line; do
        value=${line%%$'\t'*}
        [[ -n $value && $value == "$word"* && $value != _activeHelp_* ]] && found+=("$line")
    done <<<"$out"
    for line in "${found[@]}"; do
        value=$flag${line%%$'\t'*}
        rest=${value#"$kept"}
        if [[ ${COMP_TYPE-} == 63 && ${#found[@]} -gt 1 ]]; then # a list to choose from
            [[ $line == *$'\t'* ]] && rest+="  (${line#*$'\t'})"
            ((${#rest} >= ${COLUMNS:-80})) && rest="${rest:0:${COLUMNS:-80}-3})"
        elif [[ $quote == '"' ]]; then
            rest=${rest//\\/\\\\} rest=${rest//\"/\\\"} rest=${rest//\$/\\\$} rest=${rest//\`/\\\`}
        elif [[ -z $quote && -n $rest ]]; then
            printf -v rest %q "$rest"
        fi
        COMPREPLY+=("$rest")
    done
}

complete -o default -F __start_attend attend
